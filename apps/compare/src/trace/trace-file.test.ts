import { seededRandom } from "@decodekit/core";
import { describe, expect, test } from "vitest";
import type { Trace } from "./trace.ts";
import { readTrace, TraceFileError, writeTrace } from "./trace-file.ts";

const NO_PASSES = { prefill: 0, decode: 0, draft: 0, verify: 0, refine: 0 };
const statistics = {
  tokens: 2,
  passes: { ...NO_PASSES, prefill: 1, draft: 1 },
  passesByModel: { causal: { ...NO_PASSES, prefill: 1 }, masked: { ...NO_PASSES, draft: 1 }, draft: NO_PASSES },
  targetPasses: 2,
  prefillMilliseconds: 1,
  decodeMilliseconds: 2.5,
  timeToFirstTokenMilliseconds: 1.5,
  tokensPerSecond: 800,
  drafted: 1,
  accepted: 1,
  revisions: 0,
  changedTokens: 0,
};
const trace: Trace = {
  model: {
    name: "m",
    execution: "wasm",
    parameters: 10,
    vocabSize: 5,
    roles: ["causal", "masked"],
    maskTokenId: 0,
    stopTokens: [4],
    rowConsistency: "approximate",
  },
  prompt: '<img src=x onerror="alert(1)">',
  promptTokens: [1, 2],
  maxNewTokens: 2,
  vocabulary: new Map([
    [3, " a"],
    [4, "</script>"],
  ]),
  lanes: [
    {
      specification: "greedy",
      title: "Greedy",
      options: { p: 0.5, on: true, way: "x" },
      seed: 0,
      events: [
        { event: { type: "decode-start", promptLength: 2 }, milliseconds: 0 },
        { event: { type: "forward-end", model: "causal", phase: "prefill", positions: 2, milliseconds: 1 }, milliseconds: 1 },
        { event: { type: "forward-end", model: "masked", phase: "draft", positions: 2, milliseconds: 1 }, milliseconds: 1 },
        {
          event: { type: "tokens-propose", start: 2, tokens: Int32Array.of(3, 0), probabilities: Float32Array.of(0.5, 0) },
          milliseconds: 1,
        },
        {
          event: {
            type: "tokens-propose",
            start: 2,
            tokens: Int32Array.of(3),
            tree: { tokens: Int32Array.of(3, 4), parents: Int32Array.of(-1, -1) },
          },
          milliseconds: 1,
        },
        { event: { type: "draft-verify", start: 2, drafted: 1, accepted: 1 }, milliseconds: 1.25 },
        {
          event: { type: "tokens-commit", start: 2, tokens: Int32Array.of(3, 4), logProbabilities: Float32Array.of(-0.5, -1) },
          milliseconds: 1.5,
        },
        { event: { type: "decode-end", finishReason: "length" }, milliseconds: 3.5 },
      ],
      result: { text: " a</script>", finishReason: "length", statistics },
      scores: [
        {
          probability: 0.5,
          rank: 1,
          candidates: [
            { token: 3, probability: 0.5, after: 1 },
            { token: 4, probability: 0.25, after: 0 },
          ],
          cut: { left: 1, mass: 0.5 },
        },
        { probability: 0.25, rank: 2, candidates: [{ token: 3, probability: 0.5 }] },
      ],
    },
    { specification: "top-p", title: "Top-p", options: {}, seed: 1, events: [], error: "it failed" },
  ],
};

describe("a trace file", () => {
  test("survives a round trip", () => {
    expect(readTrace(writeTrace(trace))).toEqual(trace);
    expect(readTrace(writeTrace(trace).replaceAll("\n", "\r\n\r\n"))).toEqual(trace);
  });

  test("of an earlier version has scores without ranks and cuts", () => {
    const old = [
      { probability: 0.5, candidates: [{ token: 3, probability: 0.5 }] },
      { probability: 0.25, candidates: [] },
    ];
    const file = writeTrace({ ...trace, lanes: [{ ...trace.lanes[0]!, scores: old }] });
    expect(file).toContain('"scores":[[0.5,[[3,0.5]]],[0.25,[]]]');
    expect(readTrace(file).lanes[0]!.scores).toEqual(old);
  });

  test("has its counts recomputed from its events, not read from the saved statistics", () => {
    const old = { ...statistics, passes: { ...NO_PASSES, prefill: 9 }, revisions: 7, passesByModel: undefined, targetPasses: undefined };
    const file = writeTrace({
      ...trace,
      lanes: [{ ...trace.lanes[0]!, result: { ...trace.lanes[0]!.result!, statistics: old as never } }],
    });
    expect(file).not.toContain("targetPasses");
    expect(readTrace(file).lanes[0]!.result!.statistics).toEqual(statistics);
  });

  const lines = writeTrace(trace).trim().split("\n");
  const changed = (line: number, change: (text: string) => string): string =>
    lines.map((text, index) => (index === line ? change(text) : text)).join("\n");
  test.each([
    ["nothing", "", /^Line 1: not valid JSON/],
    ["not JSON", "hello", /^Line 1: not valid JSON/],
    ["another format", '{"format":"x"}', /^Line 1: format/],
    ["no lanes", changed(0, (text) => text.replace(/"lanes":\[.*\]/, '"lanes":[]')), /^Line 1: lanes/],
    ["an unknown lane", changed(1, (text) => text.replace('"lane":0', '"lane":5')), /^Line 2: `lane` must be less than 2/],
    ["an invalid token", changed(4, (text) => text.replace("[3,0]", "[3,-1]")), /^Line 5/],
    ["a position out of range", changed(4, (text) => text.replace('"start":2', '"start":1000000000')), /^Line 5/],
    ["a position in the prompt", changed(4, (text) => text.replace('"start":2', '"start":1')), /^Line 5: `start` must be at least 2/],
    ["a tree with a later parent", changed(5, (text) => text.replace("[-1,-1]", "[-1,1]")), /^Line 6/],
    ["a tree without all parents", changed(5, (text) => text.replace("[-1,-1]", "[-1]")), /^Line 6/],
    ["a probability above 1", changed(10, (text) => text.replace("[3,0.5,1]", "[3,0.5,1.1]")), /^Line 11/],
    ["time that runs backwards", changed(8, (text) => text.replace("3.5", "0.5")), /^Line 9: `milliseconds`/],
    ["a second start", lines.with(2, lines[1]!).join("\n"), /^Line 3: a lane must start with exactly one/],
    ["too many lines", `${lines[0]}\n${`${lines[1]}\n`.repeat(200_001)}`, /at most 200000 lines/],
  ])("is rejected with its line: %s", (_, file, message) => {
    expect(() => readTrace(file)).toThrow(TraceFileError);
    expect(() => readTrace(file)).toThrow(message);
  });

  test("cannot pollute prototypes", () => {
    const polluted = changed(0, (text) => text.replace('"options":{}', '"options":{"__proto__":{"polluted":true}}'));
    expect(readTrace(polluted).lanes[1]!.options).toEqual({});
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  });

  test("with any damage either reads or throws a TraceFileError", () => {
    const random = seededRandom(7);
    const file = writeTrace(trace);
    for (let round = 0; round < 1000; round++) {
      const at = Math.floor(random.uniform() * file.length);
      const damaged =
        file.slice(0, at) + '{}[]",:0e9-'.charAt(Math.floor(random.uniform() * 11)) + file.slice(at + Math.floor(random.uniform() * 3));
      try {
        readTrace(damaged);
      } catch (error) {
        expect(error).toBeInstanceOf(TraceFileError);
      }
    }
  });
});
