import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import type { SweepReport } from "../sweep/index.ts";
import { smallPlan, fileOf, sweep } from "../sweep/sweep-for-tests.ts";
import { decodekit, folder } from "./run-for-tests.ts";

// tests/src/sweep runs plans with the built command, which has processes.
const write = (name: string, value: unknown): void =>
  writeFileSync(path.join(folder, name), typeof value === "string" ? value : JSON.stringify(value));
const plan = { name: "small", decoders: ["greedy"], prompts: ["a"] };

test.each<[string, unknown, readonly string[], string]>([
  ["broken.json", "{", [], "The plan broken.json is not valid JSON: "],
  ["unknown.json", { ...plan, decoder: "greedy" }, [], 'The plan unknown.json: plan: option "decoder"'],
  ["none.json", { ...plan, prompts: [] }, [], "The plan none.json: plan: prompts must be a list of at least one text"],
  ["plan.json", plan, ["--shard", "3/2"], "--shard must be i/n, the i-th of n parts, with 1 <= i <= n <= 100000, got 3/2."],
  ["plan.json", plan, ["--processes", "0"], "It must be an integer >= 1."],
  ["plan.json", plan, ["--seed", "3"], "--seed has no effect on a plan, which says that itself."],
  ["plan.json", plan, ["--max-new-tokens", "3"], "--max-new-tokens has no effect on a plan"],
  ["plan.json", plan, ["--json", "none/report.json"], "--json: the folder"],
  ["plan.json", plan, ["--outcomes", "none/outcomes.jsonl"], "--outcomes: the folder"],
  ["plan.json", plan, ["--outcomes", "-"], "--outcomes must be a file"],
  ["plan.json", plan, ["--plot", "plot.png"], "--plot must be an SVG file, such as plot.png.svg."],
])("%s with %j is refused with code 2: %s", async (name, content, args, message) => {
  write(name, content);
  const { exitCode, stdout, stderr } = await decodekit(["compare", name, ...args]);
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
  expect(stderr).toContain(message);
});

describe("decodekit merge", () => {
  test("shows what the parts found, and fails while a run has no result", async () => {
    const timed = smallPlan({ timing: { baseline: "greedy", rounds: 2 } });
    await sweep(timed, "merge-1", { shard: { index: 1, count: 2 } });
    const half = await decodekit(["merge", fileOf("merge-1")]);
    expect(half.exitCode).toBe(1);
    expect(half.stdout).toMatch(/^\d+ runs of the plan have no result yet\.$/m);
    await sweep(timed, "merge-2", { shard: { index: 2, count: 2 } });
    const { exitCode, stdout } = await decodekit(["merge", fileOf("merge-2"), fileOf("merge-1"), "--plot", "plot.svg"]);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^small: 2 decoders × 3 prompts × 2 seeds on letters$/m);
    expect(stdout).toMatch(/^greedy +6 +36 +1000 \[1000, 1000\] +\d\.\d\d \[\d\.\d\d, \d\.\d\d\] +1$/m);
    expect(stdout).toMatch(/^top-p:p=0\.9 +6 +36 +1000 \[1000, 1000\] .*\d \[[\d.]+, [\d.]+\]$/m);
    expect(stdout).toContain("in brackets: 95 % intervals, by bootstrap over the prompts;");
    expect(stdout).toContain("times as fast: against greedy per token, median over the pairs.");
    const plot = readFileSync(path.join(folder, "plot.svg"), "utf8");
    const labels = [...plot.matchAll(/<text[^>]*>([^<]+)<\/text>/gu)].map(([, label]) => label);
    expect(labels).toEqual(
      expect.arrayContaining([
        "small on letters",
        "greedy",
        "top-p:p=0.9",
        "passes per 1000 tokens",
        "nats per token",
        "times as fast as greedy",
      ]),
    );
    expect(plot.match(/aria-roledescription="point"/gu)).toHaveLength(5);
  });

  test("names the runs that failed, and those whose outcome was another when repeated", async () => {
    await sweep(smallPlan(), "repeat");
    const lines = readFileSync(fileOf("repeat"), "utf8").trimEnd().split("\n");
    const changed = JSON.parse(lines[1]!) as { outcome: { text: string } };
    changed.outcome.text = "zzz";
    const [first, ...others] = lines;
    const lost = JSON.parse(others.pop()!) as { key: string };
    const failure = { type: "failure", key: lost.key, error: "exit", message: "It ended.", worker: "w:1" };
    writeFileSync(fileOf("problems"), [first, ...others, JSON.stringify(changed), JSON.stringify(failure)].join("\n"));
    const { exitCode, stdout } = await decodekit(["merge", fileOf("problems")]);
    expect(exitCode).toBe(1);
    expect(stdout).toContain("1 run failed:\n  top-p:p=0.9 on p2, seed 1. exit: It ended.");
    expect(stdout).toContain("1 run gave different outcomes when repeated:\n  greedy on p0, seed 0.");
    const json = await decodekit(["merge", fileOf("problems"), "--json", "-"]);
    const report = JSON.parse(json.stdout) as SweepReport;
    expect(report.failures).toEqual([
      { key: lost.key, decoder: "top-p:p=0.9", prompt: "p2", seed: 1, error: "exit", message: "It ended." },
    ]);
    expect(report).toMatchObject({
      schemaVersion: 1,
      plan: "small",
      missing: 0,
      nondeterministic: [{ decoder: "greedy", prompt: "p0", seed: 0 }],
    });
  });

  test("refuses files that are missing, that are no results, or of different plans", async () => {
    expect(await decodekit(["merge", "none.jsonl"])).toMatchObject({ exitCode: 2, stderr: "error: none.jsonl does not exist.\n" });
    write("text.jsonl", "hello\n");
    expect(await decodekit(["merge", "text.jsonl"])).toMatchObject({
      exitCode: 1,
      stderr: "error: The files hold no plan, so they were not written by decodekit compare PLAN.\n",
    });
    await sweep(smallPlan(), "one-plan");
    await sweep(smallPlan({ seeds: 1 }), "other-plan");
    const { stderr } = await decodekit(["merge", fileOf("one-plan"), fileOf("other-plan")]);
    expect(stderr).toContain("The files are results of different plans, models or versions of the packages.");
  });
});
