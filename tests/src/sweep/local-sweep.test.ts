import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import {
  childrenOf,
  finished,
  keysIn,
  LARGE,
  run,
  SMALL,
  start,
  testFolder,
  textOf,
  undisturbed,
  writePlan,
} from "../support/sweep-command.ts";

const names = ["Tom", "Mia", "Ben", "Lily", "Sam"];

test("500 runs give the same bytes in one process, in two, and in three shards that are merged", async () => {
  const folder = testFolder();
  writePlan(folder, LARGE);
  const two = await finished(run(folder, ["compare", "plan.json", "--processes", "2", "--store", "two.jsonl", "--outcomes", "two.out"]));
  expect(two.stderr).toContain("500 runs now, 0 from before, 0 failed.");
  const expected = textOf(folder, "two.out");
  expect(expected.trimEnd().split("\n")).toHaveLength(500);
  await finished(run(folder, ["compare", "plan.json", "--processes", "1", "--store", "one.jsonl", "--outcomes", "one.out"]));
  expect(textOf(folder, "one.out")).toBe(expected);
  const parts: string[] = [];
  for (const index of [3, 1, 2]) {
    const { stdout } = await finished(run(folder, ["compare", "plan.json", "--shard", `${index}/3`]));
    expect(path.basename(stdout)).toBe(`plan.${index}-of-3.jsonl\n`);
    parts.push(stdout.trim());
  }
  expect(parts.flatMap((part) => keysIn(folder, path.basename(part)))).toHaveLength(500);
  await finished(run(folder, ["merge", ...parts, "--outcomes", "merged.out"]));
  expect(textOf(folder, "merged.out")).toBe(expected);
});

describe("nothing is lost and nothing is there twice", () => {
  test("when a process is killed", async () => {
    const folder = testFolder();
    writePlan(folder, SMALL);
    const running = start(folder, ["compare", "plan.json", "--processes", "2", "--outcomes", "outcomes.jsonl"]);
    await running.said(/Runs: [3-9] of 20/);
    const [victim] = childrenOf(running.child.pid!);
    process.kill(victim!, "SIGKILL");
    await finished(running.outcome);
    expect(new Set(keysIn(folder, "plan.jsonl")).size).toBe(20);
    expect(keysIn(folder, "plan.jsonl")).toHaveLength(20);
    expect(textOf(folder, "outcomes.jsonl")).toBe(await undisturbed(SMALL));
  });

  test.each(["SIGKILL", "SIGINT"] as const)("when the command itself gets %s, and is started again", async (signal) => {
    const folder = testFolder();
    writePlan(folder, SMALL);
    const running = start(folder, ["compare", "plan.json", "--processes", "2"]);
    await running.said(/Runs: [3-9] of 20/);
    const children = childrenOf(running.child.pid!);
    running.child.kill(signal);
    const { exitCode, stderr } = await running.outcome;
    if (signal === "SIGINT") {
      expect(exitCode).toBe(130);
      expect(stderr).toContain("Interrupted. Run the same command again to go on. Results so far: ");
    }
    // Its processes end with it.
    for (const pid of children) await expect.poll(() => isAlive(pid), { timeout: 10_000 }).toBe(false);
    const kept = keysIn(folder, "plan.jsonl").length;
    expect(kept).toBeGreaterThanOrEqual(3);
    const again = await finished(run(folder, ["compare", "plan.json", "--outcomes", "outcomes.jsonl"]));
    expect(again.stderr).toContain(`${20 - kept} runs now, ${kept} from before, 0 failed.`);
    expect(keysIn(folder, "plan.jsonl")).toHaveLength(20);
    expect(textOf(folder, "outcomes.jsonl")).toBe(await undisturbed(SMALL));
  });

  test("when two commands run one plan into one file", async () => {
    const folder = testFolder();
    writePlan(folder, SMALL);
    const args = (name: string) => ["compare", "plan.json", "--processes", "1", "--outcomes", name];
    await Promise.all(["first.out", "second.out"].map((name) => finished(run(folder, args(name)))));
    const expected = await undisturbed(SMALL);
    expect(textOf(folder, "first.out")).toBe(expected);
    expect(textOf(folder, "second.out")).toBe(expected);
  });

  // A limit on the size of files is what a full disk is to the writer: a part of a line is written, then an error comes.
  test.skipIf(process.platform !== "linux")("when the disk is full", async () => {
    const folder = testFolder();
    writePlan(folder, SMALL);
    const { exitCode, stderr } = await run(folder, ["compare", "plan.json", "--processes", "1"], { shell: "trap '' XFSZ; ulimit -f 16;" });
    expect(exitCode).toBe(1);
    expect(stderr).toContain("plan.jsonl cannot be written: EFBIG");
    expect(stderr).toContain("Make room, and run the same command again.");
    const kept = keysIn(folder, "plan.jsonl").length;
    expect(kept).toBeGreaterThan(0);
    expect(textOf(folder, "plan.jsonl").endsWith("\n")).toBe(false);
    const again = await finished(run(folder, ["compare", "plan.json", "--outcomes", "outcomes.jsonl"]));
    expect(again.stderr).toContain(`${20 - kept} runs now, ${kept} from before, 0 failed.`);
    expect(textOf(folder, "outcomes.jsonl")).toBe(await undisturbed(SMALL));
  });
});

/** A decoder that does something in the run of the prompt "Ben", and writes nothing otherwise. */
function plugin(deed: string): string {
  return `export default {
    name: "odd", title: "Odd", description: "Does something odd", requires: ["causal"], presets: [{}], options: {},
    create: (_, model) => ({
      name: "odd", requires: ["causal"],
      async *decode(models, prompt) {
        if (model?.tokenizer?.decode(prompt).includes("Ben")) { ${deed} }
        yield { type: "decode-start", promptLength: prompt.length };
        yield { type: "decode-end", finishReason: "stop" };
      },
    }),
  };`;
}

test.each([
  ["ends its process", "process.kill(process.pid, 'SIGKILL');", "exit: Its process ended 2 times (SIGKILL), perhaps for want of memory."],
  ["never ends", "for (;;);", "timeout: It was ended after 8 seconds, by the plan's maxSeconds."],
  ["never answers", "await new Promise(() => setInterval(() => {}, 1000));", "timeout: It was ended after 8 seconds"],
])("a run that %s fails alone", async (_, deed, message) => {
  const folder = testFolder();
  writeFileSync(path.join(folder, "odd.mjs"), plugin(deed));
  writePlan(folder, { decoders: ["greedy", "odd"], plugins: ["odd.mjs"], prompts: names, maxSeconds: 8 });
  const { exitCode, stdout, stderr } = await run(folder, ["compare", "plan.json", "--processes", "2"]);
  expect(exitCode).toBe(1);
  expect(stderr).toContain("10 runs now, 0 from before, 1 failed.");
  expect(stdout).toContain(`1 run failed:\n  odd on p2, seed 0. ${message}`);
  expect(keysIn(folder, "plan.jsonl")).toHaveLength(9);
});

test("a run that blocks its process for seconds delays no other and runs once", async () => {
  const folder = testFolder();
  writeFileSync(path.join(folder, "odd.mjs"), plugin("Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 4000);"));
  writePlan(folder, { decoders: ["greedy", "odd"], plugins: ["odd.mjs"], prompts: names });
  const running = start(folder, ["compare", "plan.json", "--processes", "2"]);
  await running.said(/Runs: 9 of 10/);
  await finished(running.outcome);
  expect(keysIn(folder, "plan.jsonl")).toHaveLength(10);
  const lines = textOf(folder, "plan.jsonl").trimEnd().split("\n");
  expect(lines.at(-1)).toContain('"decoder":"odd"');
  expect(lines.at(-1)).toContain('"prompt":"Ben"');
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !readFileSync(`/proc/${pid}/stat`, "utf8").includes(") Z ");
  } catch {
    return false;
  }
}
