import { stripVTControlCharacters } from "node:util";
import picocolors from "picocolors";
import { expect, test } from "vitest";
import type { CompareReport, RunReport } from "../report.ts";
import { renderReport } from "./render-report.ts";

const none = picocolors.createColors(false);
const all = picocolors.createColors(true);

const NO_PASSES = { prefill: 0, decode: 0, draft: 0, verify: 0, refine: 0 };

function run(changes: Partial<RunReport> = {}): RunReport {
  return {
    decoder: "greedy",
    options: {},
    prompt: "Once",
    seed: 0,
    text: " upon a time",
    tokens: [1, 2, 3, 4],
    finishReason: "length",
    lossless: null,
    passes: { ...NO_PASSES, prefill: 1, decode: 3 },
    passesByModel: { causal: { ...NO_PASSES, prefill: 1, decode: 3 }, masked: NO_PASSES, draft: NO_PASSES },
    targetPasses: 4,
    passesPerToken: 1,
    passesPer1000Tokens: 1000,
    prefillMilliseconds: 2,
    decodeMilliseconds: 8,
    timeToFirstTokenMilliseconds: 2.25,
    tokensPerSecond: 500,
    drafted: 0,
    accepted: 0,
    revisions: 0,
    changedShare: 0,
    negativeLogLikelihood: 0.5,
    ...changes,
  };
}

const drafting = run({
  decoder: "speculative",
  options: { drafter: "draft-model", draftLength: 4, temperature: 0.8 },
  passes: { ...NO_PASSES, prefill: 1, draft: 9, verify: 2 },
  passesByModel: {
    causal: { ...NO_PASSES, prefill: 1, verify: 2 },
    masked: NO_PASSES,
    draft: { ...NO_PASSES, draft: 9 },
  },
  targetPasses: 3,
  text: " upon a hill\n\nThere was a cat",
  drafted: 8,
  accepted: 6,
  finishReason: "stop",
});

function report(...runs: RunReport[]): CompareReport {
  return {
    schemaVersion: 2,
    environment: { runtime: "node 20.20.2", platform: "linux x64", processor: null, processors: 2 },
    model: {
      name: "stories",
      file: { path: "onnx/model.onnx", dtype: "fp32", reason: "no data type was asked for" },
      parameters: 3_459_543,
      vocabSize: 4096,
      execution: "wasm",
      rowConsistency: "rounding",
      bytes: 6_981_165,
    },
    runs,
  };
}

test("shows model, table and texts, without wrapping if there is no width", () => {
  expect(renderReport(report(run(), drafting), { colors: none, width: undefined })).toBe(`\
stories: 3.5 M parameters, vocabulary 4096, 7.0 MB, wasm, node 20.20.2
onnx/model.onnx, because no data type was asked for

                                                                                  per  draft         ms to  accep-  nats/
decoder                                                          tokens  passes  1000  model  tok/s  first     ted  token  finish
─────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
greedy                                                                4       4  1000      0    500   2.25       –   0.50  length
speculative drafter=draft-model, draftLength=4, temperature=0.8       4       3   750      9    500   2.25    75 %   0.50  stop

passes, per 1000 tokens: passes of the target, including its own drafting; nats/token: how unlikely the model finds the text; draft model: passes of the draft model; accepted: share of drafted tokens that were accepted.

Prompt: Once

greedy
  Once upon a time

speculative drafter=draft-model, draftLength=4, temperature=0.8
  Once upon a hill

  There was a cat
`);
});

test("fits the width of a terminal, with one option per line", () => {
  const text = renderReport(report(run(), drafting), { colors: all, width: 88 });
  const lines = stripVTControlCharacters(text).split("\n");
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(88);
  expect(lines).toContain("  drafter=draft-model");
  expect(lines).toContain("  Once upon a hill");
  expect(lines.filter((line) => line.endsWith(" "))).toEqual([]);
});

test("wraps an option that is too long for the terminal", () => {
  const long = run({ decoder: "long", options: { schedule: "a-very-long-name-of-a-schedule" } });
  const lines = renderReport(report(long), { colors: none, width: 70 }).split("\n");
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(70);
});

test("differs only in colours with and without them", () => {
  const coloured = renderReport(report(run(), drafting), { colors: all, width: 100 });
  expect(coloured).toContain("\u001b[");
  expect(stripVTControlCharacters(coloured)).toBe(renderReport(report(run(), drafting), { colors: none, width: 100 }));
});

test("groups the runs of a decoder, and equal texts of several seeds", () => {
  const runs = [
    run(),
    run({ seed: 1, tokensPerSecond: 700, timeToFirstTokenMilliseconds: null }),
    run({ seed: 2, text: " more", tokens: [5], finishReason: "abort", negativeLogLikelihood: null, tokensPerSecond: null }),
  ];
  const text = renderReport(report(...runs), { colors: none, width: 80 });
  expect(text).toMatch(/^greedy +9 +12 +1333 +600 +2\.25 +0\.50+ +2 length\n +1 abort$/m);
  expect(text).toContain("1 prompt × 3 seeds: tokens and passes are totals, times are medians;");
  expect(text).toContain("greedy · seeds 0, 1\n  Once upon a time\n");
  expect(text).toContain("greedy · seed 2\n  Once more\n");
});

test("groups texts by prompt, and has no table without runs", () => {
  const text = renderReport(report(run(), run({ prompt: "Twice" })), { colors: none, width: 80 });
  expect(text).toContain("Prompt: Once\n\ngreedy\n  Once upon a time\n\nPrompt: Twice\n\ngreedy\n  Twice upon a time\n");
  expect(renderReport(report(), { colors: none, width: 80 })).toBe(
    "stories: 3.5 M parameters, vocabulary 4096, 7.0 MB, wasm, node 20.20.2\nonnx/model.onnx, because no data type was asked for\n",
  );
});

test("says which decoders are lossless on the model, and why others are not", () => {
  const lossless = run({ decoder: "judged-tree", lossless: true });
  const refined = run({ decoder: "refine", lossless: false });
  const text = (changes: Partial<CompareReport["model"]>, ...runs: RunReport[]): string => {
    const { model, ...rest } = report(...runs);
    return renderReport({ ...rest, model: { ...model, ...changes } }, { colors: none, width: undefined });
  };
  const exact = text({}, run(), { ...drafting, lossless: true }, lossless, refined);
  expect(exact).toContain("\nLossless (the model's own distribution, up to rounding): speculative, judged-tree.\nNot lossless: refine.\n");
  const eightBits = text({ rowConsistency: "approximate" }, run(), { ...drafting, lossless: false });
  expect(eightBits).toContain(
    "\nNot lossless: speculative. Drafts are not verified exactly, because this file computes with activations of 8 bits: the text can part from plain decoding's.\n",
  );
  expect(eightBits).not.toContain("Lossless (");
  expect(text({}, run())).not.toContain("ossless");
});

test("replaces control characters in texts", () => {
  const text = renderReport(report(run({ prompt: "a\tb\u001b[2J", text: "\u009b31m\r\n!" })), { colors: none, width: 80 });
  expect(text).toContain("\n  a       b\uFFFD[2J\uFFFD31m\uFFFD\n  !\n");
});
