import { expect, test } from "vitest";
import type { RunReport } from "../report.ts";
import { groupBy } from "../group-by.ts";
import { summarize } from "./summary.ts";

const NO_PASSES = { prefill: 0, decode: 0, draft: 0, verify: 0, refine: 0 };

function run(changes: Partial<RunReport>): RunReport {
  return {
    decoder: "a",
    options: {},
    prompt: "",
    seed: 0,
    text: "",
    tokens: [1, 2],
    finishReason: "length",
    lossless: null,
    passes: NO_PASSES,
    passesByModel: { causal: NO_PASSES, masked: NO_PASSES, draft: NO_PASSES },
    targetPasses: 0,
    passesPerToken: null,
    passesPer1000Tokens: null,
    prefillMilliseconds: 0,
    decodeMilliseconds: 0,
    timeToFirstTokenMilliseconds: null,
    tokensPerSecond: null,
    drafted: 0,
    accepted: 0,
    revisions: 0,
    changedShare: null,
    negativeLogLikelihood: null,
    ...changes,
  };
}

test("one summary per decoder and options, in the order in which they first ran", () => {
  const runs = [run({ decoder: "b" }), run({}), run({ decoder: "b", options: { p: 1 } }), run({ decoder: "b" })];
  expect(summarize(runs).map(({ decoder, options, runs: own }) => [decoder, options, own.length])).toEqual([
    ["b", {}, 2],
    ["a", {}, 1],
    ["b", { p: 1 }, 1],
  ]);
});

test("totals tokens, passes of the target and of a draft model, drafts and revisions", () => {
  const passesByModel = { causal: { ...NO_PASSES, verify: 9 }, masked: NO_PASSES, draft: { ...NO_PASSES, prefill: 1, draft: 4 } };
  const [summary] = summarize([
    run({ tokens: [1, 2, 3], targetPasses: 4, passesByModel, drafted: 5, accepted: 2, revisions: 1, changedShare: 1 / 3 }),
    run({ tokens: [1], targetPasses: 2, passesByModel, drafted: 3, accepted: 2, revisions: 2, changedShare: 1 }),
  ]);
  expect(summary).toMatchObject({
    tokens: 4,
    passes: 6,
    passesPer1000Tokens: 1500,
    draftModelPasses: 10,
    acceptance: 0.5,
    revisions: 3,
    changedShare: 0.5,
  });
});

test("times are medians of the existing values, the mean of the middle two for an even number", () => {
  const speeds = (...values: (number | null)[]) =>
    summarize(values.map((value) => run({ tokensPerSecond: value, timeToFirstTokenMilliseconds: value === null ? null : -value })))[0]!;
  expect(speeds(5, 100, 1)).toMatchObject({ tokensPerSecond: 5, timeToFirstTokenMilliseconds: -5 });
  expect(speeds(5, null, 100, 1, 9)).toMatchObject({ tokensPerSecond: 7, timeToFirstTokenMilliseconds: -7 });
  expect(speeds(null)).toMatchObject({ tokensPerSecond: null, timeToFirstTokenMilliseconds: null });
});

test("the likelihood is the mean over all scored tokens", () => {
  const [summary] = summarize([
    run({ tokens: [1], negativeLogLikelihood: 4 }),
    run({ tokens: [1, 2, 3], negativeLogLikelihood: 2 }),
    run({ tokens: [1, 2, 3, 4, 5], negativeLogLikelihood: null }),
  ]);
  expect(summary!.negativeLogLikelihood).toBe(2.5);
});

test("a decoder is lossless if all its runs are, and neither if it claims nothing", () => {
  const losslessOf = (...values: (boolean | null)[]) => summarize(values.map((lossless) => run({ lossless })))[0]!.lossless;
  expect([losslessOf(true, true), losslessOf(true, false), losslessOf(false), losslessOf(null, null)]).toEqual([true, false, false, null]);
});

test("undefined ratios are null", () => {
  expect(summarize([run({ tokens: [], targetPasses: 3 })])[0]).toMatchObject({
    tokens: 0,
    passes: 3,
    passesPer1000Tokens: null,
    acceptance: null,
    changedShare: null,
    negativeLogLikelihood: null,
  });
});

test("finish reasons are counted", () => {
  const [summary] = summarize([run({ finishReason: "stop" }), run({}), run({ finishReason: "stop" })]);
  expect([...summary!.finishReasons]).toEqual([
    ["stop", 2],
    ["length", 1],
  ]);
});

test("groups are in the order of their first item", () => {
  expect([...groupBy([3, 1, 4, 1, 5, 9], (item) => (item % 2 ? "odd" : "even"))]).toEqual([
    ["odd", [3, 1, 1, 5, 9]],
    ["even", [4]],
  ]);
});
