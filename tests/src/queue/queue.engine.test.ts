import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type QueueForTests, startPostgres } from "../support/postgres-for-tests.ts";
import { redis, startRedis } from "../support/redis-for-tests.ts";
import { expectResults } from "./expect-results.ts";
import {
  finished,
  keysIn,
  LARGE,
  run,
  type Running,
  SMALL,
  start,
  testFolder,
  textOf,
  undisturbed,
  writePlan,
} from "../support/sweep-command.ts";

const KINDS: readonly (readonly [name: string, open: () => Promise<QueueForTests>])[] = [
  ["PostgreSQL", startPostgres],
  ...(redis === undefined ? [] : [["Redis", startRedis] as const]),
];

describe.each(KINDS)("%s", (_, open) => {
  let queue: QueueForTests;
  beforeAll(async () => (queue = await open()));
  afterAll(() => queue.stop());

  /** Seeds that no test before had, so that no result is there; outcomes are compared by `withSeeds`. */
  let nextSeed = 1000;
  const freshSeeds = (): [number, number] => [nextSeed++, nextSeed++];
  const submit = (folder: string, ...more: readonly string[]): Running =>
    start(folder, ["compare", "plan.json", "--chunk", "4", "--outcomes", "outcomes.jsonl", "--queue", queue.url, ...more]);
  const startWorker = (folder: string, ...more: readonly string[]): Running =>
    start(folder, ["worker", "--processes", "1", "--lock-seconds", "3", "--queue", queue.url, ...more]);
  const stopped = async (...workers: readonly Running[]): Promise<void> => {
    for (const { child } of workers) child.kill("SIGINT");
    for (const { outcome } of workers) expect((await outcome).exitCode).toBe(130);
  };

  /** A plan of 20 runs whose results are not there, and what they must be. */
  async function freshPlan(): Promise<{ readonly folder: string; readonly expected: string }> {
    const plan = { ...SMALL, seeds: freshSeeds() };
    const folder = testFolder();
    writePlan(folder, plan);
    return { folder, expected: await undisturbed(plan) };
  }

  function expectOnce(folder: string, expected: string): void {
    expect(textOf(folder, "outcomes.jsonl")).toBe(expected);
    expect(keysIn(folder, "plan.jsonl")).toHaveLength(20);
  }

  test("keeps the first result of each cell, and what differs from it", () => expectResults(queue.url, "contract"));

  test("500 runs give the bytes of a run on one machine", async () => {
    const folder = testFolder();
    writePlan(folder, LARGE);
    const workers = [startWorker(folder), startWorker(folder)];
    await finished(submit(folder).outcome);
    expect(textOf(folder, "outcomes.jsonl")).toBe(await undisturbed(LARGE));
    expect(keysIn(folder, "plan.jsonl")).toHaveLength(500);
    await stopped(...workers);
  });

  test("a worker is killed: others do what it was at", async () => {
    const { folder, expected } = await freshPlan();
    const victim = startWorker(folder);
    const submitted = submit(folder);
    await submitted.said(/Runs: [1-9]\d* of 20/u);
    victim.child.kill("SIGKILL");
    const other = startWorker(folder);
    await finished(submitted.outcome);
    expectOnce(folder, expected);
    await stopped(other);
  });

  test("the database is killed and comes back: nothing is lost, and nobody must be started again", async () => {
    const { folder, expected } = await freshPlan();
    const worker = startWorker(folder);
    const submitted = submit(folder);
    await submitted.said(/Runs: [1-9]\d* of 20/u);
    await queue.crash();
    await finished(submitted.outcome);
    expectOnce(folder, expected);
    await stopped(worker);
  });

  test("the submitter is killed: the workers go on, and the next one finds what they did", async () => {
    const { folder, expected } = await freshPlan();
    const worker = startWorker(folder);
    const submitted = submit(folder);
    await submitted.said(/Runs: [1-9]\d* of 20/u);
    submitted.child.kill("SIGKILL");
    await submitted.outcome;
    await finished(submit(folder).outcome);
    expectOnce(folder, expected);
    await stopped(worker);
  });

  test("two submitters of one plan: each run is done once", async () => {
    const { folder, expected } = await freshPlan();
    const other = testFolder();
    writePlan(other, JSON.parse(readFileSync(path.join(folder, "plan.json"), "utf8")) as object);
    const submitted = [submit(folder), submit(other)];
    const worker = startWorker(folder);
    await Promise.all(submitted.map(({ outcome }) => finished(outcome)));
    expectOnce(folder, expected);
    expectOnce(other, expected);
    worker.child.kill("SIGINT");
    expect((await worker.outcome).stderr).toContain("20 runs, 0 failed.");
  });

  test("a job is delivered twice: a worker that was thought lost finishes late, with the same outcomes", async () => {
    const { folder, expected } = await freshPlan();
    const slow = startWorker(folder);
    const submitted = submit(folder);
    await submitted.said(/Runs: [1-9]\d* of 20/u);
    // It holds a job, and says nothing until its lock is gone.
    slow.child.kill("SIGSTOP");
    const other = startWorker(folder);
    await finished(submitted.outcome);
    expectOnce(folder, expected);
    slow.child.kill("SIGCONT");
    // Longer than its run takes.
    await new Promise((resolve) => setTimeout(resolve, 3000));
    await finished(run(folder, ["export", "plan", "--outcomes", "late.jsonl", "--queue", queue.url]));
    expect(textOf(folder, "late.jsonl")).toBe(expected);
    await stopped(slow, other);
  });

  test("a run that ends its process fails alone, and is tried again by the next submission", async () => {
    const folder = testFolder();
    writeFileSync(path.join(folder, "odd.mjs"), ODD);
    const [seed] = freshSeeds();
    writePlan(folder, { ...SMALL, decoders: ["greedy", "odd"], plugins: ["odd.mjs"], seeds: [seed] });
    const worker = startWorker(folder);
    for (let attempt = 0; attempt < 2; attempt++) {
      const { exitCode, stdout } = await submit(folder).outcome;
      expect(exitCode).toBe(1);
      expect(stdout).toContain(`1 run failed:\n  odd on p2, seed ${seed}. exit: Its process ended 2 times`);
      expect(keysIn(folder, "plan.jsonl")).toHaveLength(9);
    }
    await stopped(worker);
  });

  test("a run that takes its worker down, each time, fails alone", async () => {
    const folder = testFolder();
    writeFileSync(path.join(folder, "odd.mjs"), ODD.replace("process.pid", "process.ppid"));
    const [seed] = freshSeeds();
    writePlan(folder, { ...SMALL, decoders: ["greedy", "odd"], plugins: ["odd.mjs"], seeds: [seed] });
    const submitted = submit(folder);
    let ended = false;
    void submitted.outcome.then(() => (ended = true));
    // Started again whenever it is taken down, as a service is.
    while (!ended) {
      const worker = startWorker(folder);
      await Promise.race([worker.outcome, submitted.outcome]);
      worker.child.kill("SIGKILL");
      await worker.outcome;
    }
    const { exitCode, stdout } = await submitted.outcome;
    expect(exitCode).toBe(1);
    expect(stdout).toContain(`1 run failed:\n  odd on p2, seed ${seed}. worker: Its workers were lost: `);
    expect(keysIn(folder, "plan.jsonl")).toHaveLength(9);
  });

  test("a worker with another model says so and leaves the runs to others", async () => {
    const { folder, expected } = await freshPlan();
    const model = fileURLToPath(new URL("../../../packages/tiny-models/models/stories-draft", import.meta.url));
    const submitted = submit(folder);
    const wrong = await startWorker(folder, "--model", model).outcome;
    expect(wrong.exitCode).toBe(1);
    expect(wrong.stderr).toContain("has other files of the model than the plan was made with");
    const right = startWorker(folder);
    await finished(submitted.outcome);
    expectOnce(folder, expected);
    await stopped(right);
  });

  test("a worker of another version is given nothing", async () => {
    const { folder, expected } = await freshPlan();
    const other = start(folder, ["worker", "--drain", "--queue", queue.url], { cli: otherVersion() });
    const submitted = submit(folder);
    await submitted.said(/Runs: 0 of 20/u);
    expect((await other.outcome).stderr).toContain("0 runs, 0 failed.");
    const { stdout } = await finished(run(folder, ["status", "--queue", queue.url]));
    expect(stdout).toMatch(/ 0 of 20 +0 +waits for a worker +0$/mu);
    expect(stdout).toContain("plan needs workers with @decodekit/");
    const worker = startWorker(folder);
    await finished(submitted.outcome);
    expectOnce(folder, expected);
    await stopped(worker);
  });

  test("a run that blocks its process is done once", async () => {
    const folder = testFolder();
    const wait = "Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 8000);";
    writeFileSync(path.join(folder, "odd.mjs"), ODD.replace("process.kill(process.pid, 'SIGKILL'); await new Promise(() => {});", wait));
    writePlan(folder, { ...SMALL, decoders: ["odd"], plugins: ["odd.mjs"], seeds: [freshSeeds()[0]] });
    // More than twice as long as the lock.
    const workers = [startWorker(folder), startWorker(folder)];
    await finished(submit(folder).outcome);
    expect(keysIn(folder, "plan.jsonl")).toHaveLength(5);
    let ran = 0;
    for (const { child, outcome } of workers) {
      child.kill("SIGINT");
      ran += Number(/(\d+) runs?, 0 failed\.\n$/u.exec((await outcome).stderr)![1]);
    }
    expect(ran).toBe(5);
  });
});

const ODD = `export default {
  name: "odd", title: "Odd", description: "Does something odd", requires: ["causal"], presets: [{}], options: {},
  create: (_, model) => ({
    name: "odd", requires: ["causal"],
    async *decode(models, prompt) {
      if (model?.tokenizer?.decode(prompt).includes("Ben")) { process.kill(process.pid, 'SIGKILL'); await new Promise(() => {}); }
      yield { type: "decode-start", promptLength: prompt.length };
      yield { type: "decode-end", finishReason: "stop" };
    },
  }),
};`;

/** The command with another version number. */
function otherVersion(): string {
  const root = fileURLToPath(new URL("../../", import.meta.url));
  mkdirSync(path.join(root, ".docs"), { recursive: true });
  const folder = mkdtempSync(path.join(root, ".docs/other-version-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const original = fileURLToPath(new URL("../../../packages/compare/", import.meta.url));
  cpSync(path.join(original, "dist"), path.join(folder, "dist"), { recursive: true });
  symlinkSync(path.join(original, "node_modules"), path.join(folder, "node_modules"));
  const manifest = JSON.parse(readFileSync(path.join(original, "package.json"), "utf8")) as object;
  writeFileSync(path.join(folder, "package.json"), JSON.stringify({ ...manifest, version: "9.9.9" }));
  return path.join(folder, "dist/cli.js");
}
