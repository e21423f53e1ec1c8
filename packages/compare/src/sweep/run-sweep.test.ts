import { readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { LocalRunner } from "./local-runner.ts";
import type { Cell } from "./cells.ts";
import type { CellRecord } from "./record.ts";
import { RecordFile } from "./record-file.ts";
import { type SweepProgress } from "./run-sweep.ts";
import type { CellRunner } from "./runner.ts";
import { SweepError } from "./sweep-error.ts";
import { fileOf, folder, loadLetters, merged, outcomesIn, recordsIn, smallPlan, sweep } from "./sweep-for-tests.ts";

const cellsIn = async (file: string): Promise<readonly CellRecord[]> =>
  (await recordsIn(file)).filter((record): record is CellRecord => record.type === "cell");

/** A runner that calls `before` before each cell. */
function watched(before: (cell: number) => void | Promise<void>): CellRunner {
  const runner = new LocalRunner(loadLetters);
  let cells = 0;
  return {
    concurrency: 1,
    resolve: (setting) => runner.resolve(setting),
    time: (...args) => runner.time(...args),
    close: () => runner.close(),
    async run(...args) {
      await before(cells++);
      return runner.run(...args);
    },
  };
}

test("every cell is run once, with the outcome that compare reports", async () => {
  const progress: SweepProgress[] = [];
  const summary = await sweep(smallPlan(), "once", { onProgress: (state) => progress.push(state) });
  expect(summary).toMatchObject({ ran: 12, kept: 0, failed: 0 });
  const records = await cellsIn("once");
  expect(new Set(records.map(({ key }) => key)).size).toBe(12);
  expect(records[0]!.outcome).toMatchObject({ decoder: "greedy", prompt: "a", seed: 0, finishReason: "length", targetPasses: 6 });
  expect(records[0]!.outcome.tokens).toHaveLength(6);
  expect(Object.keys(records[0]!.outcome)).not.toContain("decodeMilliseconds");
  expect(records[0]!.times.decodeMilliseconds).toBeGreaterThan(0);
  expect(progress.at(-1)).toEqual({ stage: "timing", done: 0, total: 0, failed: 0 });
  expect(progress.findLast(({ stage }) => stage === "cells")).toMatchObject({ done: 12, total: 12 });
});

test("a second call runs nothing; a larger plan runs only what is new; a smaller one leaves the rest out", async () => {
  await sweep(smallPlan(), "amended");
  const before = readFileSync(fileOf("amended"));
  expect(await sweep(smallPlan(), "amended")).toMatchObject({ ran: 0, kept: 12 });
  expect(readFileSync(fileOf("amended"))).toEqual(before);
  const larger = smallPlan({ decoders: ["greedy", "top-p:p=0.9", "beam:beams=2"], prompts: ["a", "bc", "def", "g"], seeds: 3 });
  expect(await sweep(larger, "amended")).toMatchObject({ ran: 24, kept: 12 });
  await sweep(larger, "afresh");
  expect(await outcomesIn("amended")).toBe(await outcomesIn("afresh"));
  expect(await sweep(smallPlan({ prompts: ["bc"] }), "amended")).toMatchObject({ ran: 0, kept: 4 });
  expect((await merged("amended")).cells).toHaveLength(4);
});

test("shards in any order and number give the bytes of a run in one place", async () => {
  await sweep(smallPlan(), "whole");
  const whole = await outcomesIn("whole");
  for (const count of [2, 3, 5]) {
    const files: string[] = [];
    for (let index = count; index >= 1; index--) {
      await sweep(smallPlan(), `${index}-of-${count}`, { shard: { index, count } });
      files.push(`${index}-of-${count}`);
    }
    expect(await outcomesIn(...files)).toBe(whole);
    expect(await outcomesIn(...files.toReversed(), "whole")).toBe(whole);
    const [missing, ...others] = files;
    const partial = await merged(...others);
    const lost = (await cellsIn(missing!)).map(({ key }) => key);
    expect(partial.cells.flatMap(({ cell, record }) => (record ? [] : [cell.key])).toSorted()).toEqual([...lost].toSorted());
  }
});

test("an abort keeps what has ended, and the next call goes on", async () => {
  const controller = new AbortController();
  const runner = watched((cell) => {
    if (cell === 5) controller.abort(new Error("stop"));
  });
  await expect(sweep(smallPlan(), "aborted", { runner, signal: controller.signal })).rejects.toThrow("stop");
  const kept = (await cellsIn("aborted")).length;
  expect(kept).toBeGreaterThanOrEqual(5);
  expect(kept).toBeLessThan(12);
  expect(await sweep(smallPlan(), "aborted")).toMatchObject({ ran: 12 - kept, kept });
  await sweep(smallPlan(), "not-aborted");
  expect(await outcomesIn("aborted")).toBe(await outcomesIn("not-aborted"));
});

test("a cell that fails fails alone, and is tried again by the next call", async () => {
  writeFileSync(
    fileOf("fails.mjs"),
    `export default {
      name: "fails", title: "Fails", description: "Fails on b", requires: ["causal"], presets: [{}], options: {},
      create: () => ({
        name: "fails", requires: ["causal"],
        async *decode(models, prompt) {
          if (prompt[0] === 1) throw new TypeError("no b");
          yield { type: "decode-start", promptLength: prompt.length };
          yield { type: "decode-end", finishReason: "stop" };
        },
      }),
    };`,
  );
  const plan = smallPlan({ decoders: ["greedy", "fails"], plugins: ["./fails.mjs"] });
  expect(await sweep(plan, "failed")).toMatchObject({ ran: 12, failed: 2 });
  const { cells } = await merged("failed");
  const failures = cells.filter(({ failure }) => failure);
  expect(failures.map(({ cell, failure }) => [cell.specification, cell.promptId, failure!.error, failure!.message])).toEqual(
    [0, 1].map(() => ["fails", "p1", "TypeError", "no b"]),
  );
  expect(cells.filter(({ record }) => record)).toHaveLength(10);
  expect(await sweep(plan, "failed")).toMatchObject({ ran: 2, kept: 10, failed: 2 });
});

test("another plugin under the same name gives other cells", async () => {
  const plugin = (help: string) => `export { default } from ${JSON.stringify(fileOf("fails.mjs"))}; // ${help}`;
  writeFileSync(fileOf("first.mjs"), plugin("first"));
  writeFileSync(fileOf("second.mjs"), plugin("second"));
  const keys = async (file: string) => {
    await sweep(smallPlan({ decoders: ["fails"], prompts: ["a"], plugins: [file] }), `plugin-${file}.jsonl`);
    return (await cellsIn(`plugin-${file}.jsonl`)).map(({ key }) => key);
  };
  const [first, second] = [await keys("first.mjs"), await keys("second.mjs")];
  expect(first).toHaveLength(2);
  expect(second.some((key) => first.includes(key))).toBe(false);
});

test("two names of one decoder run once, and both are reported", async () => {
  const plan = smallPlan({ decoders: ["top-p:p=0.9", "top-p:p=0.90"] });
  expect(await sweep(plan, "same-decoder")).toMatchObject({ ran: 6, kept: 6 });
  expect((await merged("same-decoder")).cells.filter(({ record }) => record)).toHaveLength(12);
});

test("a process with other files or versions runs nothing", async () => {
  const expected = { model: "m", draft: null, versions: "v" };
  const runner = new LocalRunner(loadLetters);
  const plan = smallPlan();
  const setting = { ...plan, folder };
  const { report: _, decoders: __, ...found } = await runner.resolve(setting);
  const content = { prompt: "a", seed: 0, maxNewTokens: 2, plugin: null, options: {} };
  const cell = { key: "c1", specification: "greedy", promptId: "p0", content } as Cell;
  for (const [name, words] of [
    ["versions", "other versions of the packages"],
    ["model", "other files of the model"],
    ["draft", "other files of the draft model"],
  ] as const) {
    const other = runner.run(setting, { ...found, [name]: expected[name] ?? "d" }, cell);
    await expect(other).rejects.toThrow(SweepError);
    await expect(other).rejects.toThrow(words);
  }
  const another = { ...cell, content: { ...cell.content, plugin: "d" } };
  await expect(runner.run(setting, found, another)).rejects.toThrow(
    "another file of the decoder greedy than the plan was made with: null, not d.",
  );
  const others = { ...cell, content: { ...cell.content, options: { p: 1 } } };
  await expect(runner.run(setting, found, others)).rejects.toThrow('other options of greedy than the plan was made with: {}, not {"p":1}.');
  expect(await runner.run(setting, found, cell)).toMatchObject({ type: "cell", key: "c1" });
  await runner.close();
});

test("a decoder that the model cannot run, or that does not exist, is refused before the first cell", async () => {
  await expect(sweep(smallPlan({ decoders: ["greedy", "llada"] }), "refused")).rejects.toThrow(
    'The plan\'s decoder "llada" cannot run: letters does not predict masked tokens.',
  );
  await expect(sweep(smallPlan({ decoders: ["none"] }), "refused")).rejects.toThrow('plan, decoder "none": decoder must be one of');
  await expect(sweep(smallPlan({ decoders: ["top-p:p=2"] }), "refused")).rejects.toThrow('plan, decoder "top-p:p=2": p must be');
  await expect(sweep(smallPlan({ model: "nowhere" }), "refused")).rejects.toThrow("--model: must be a folder, a URL or a repository");
  await expect(sweep(smallPlan({ model: { draft: "nowhere" } }), "refused")).rejects.toThrow("--draft: must be a folder");
  await expect(sweep(smallPlan({ model: { server: "vllm=http://127.0.0.1:1" } }), "refused")).rejects.toThrow("--server needs --model");
  expect(await recordsIn("refused")).toEqual([]);
});

test("pairs are timed after the cells, in turns, and once", async () => {
  const plan = smallPlan({ decoders: ["greedy", "top-p:p=0.9", "beam:beams=2"], timing: { baseline: "greedy", rounds: 3 } });
  expect(await sweep(plan, "timed")).toMatchObject({ ran: 18, failed: 0 });
  const { timings, cells } = await merged("timed");
  expect(timings).toHaveLength(12);
  for (const { baseline, candidate, record } of timings) {
    expect(baseline.specification).toBe("greedy");
    expect([candidate.promptId, candidate.content.seed]).toEqual([baseline.promptId, baseline.content.seed]);
    const outcome = cells.find(({ cell }) => cell.key === candidate.key)!.record!.outcome;
    expect(record!.candidateTimes.map(({ tokens }) => tokens)).toEqual([1, 2, 3].map(() => outcome.tokens.length));
    expect(record!.baselineTimes).toHaveLength(3);
    expect(record!.environment.runtime).toBe(`node ${process.versions.node}`);
  }
  const before = readFileSync(fileOf("timed"));
  await sweep(plan, "timed");
  expect(readFileSync(fileOf("timed"))).toEqual(before);
});

test("a store that cannot be written ends the sweep with its error", async () => {
  const store = await RecordFile.open(fileOf("full"));
  let records = 0;
  const full = new Proxy(store, {
    get(target, name) {
      const value = Reflect.get(target, name, target) as unknown;
      if (name === "put") return (record: never) => (++records > 4 ? Promise.reject(new SweepError("full")) : target.put(record));
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
  });
  await expect(sweep(smallPlan(), "unused", { store: full })).rejects.toThrow("full");
  await store.close();
  expect((await cellsIn("full")).length).toBe(3);
});
