import { expect, test } from "vitest";
import type { GraphSignature } from "./graph-signature.ts";
import { chunkEnds } from "./prefill-chunks.ts";

const cache: GraphSignature["cache"] = [{ input: "past_0", output: "present_0", type: "float32", dims: [1, 1, 0, 1], axis: 2 }];
const growing = { hasCacheBranch: false, rowCount: undefined, cache };

test.each([
  { why: "a short text", tokens: 170, rows: 1, ends: [] },
  { why: "a text of one token more than a run", tokens: 171, rows: 1, ends: [86] },
  { why: "a long text", tokens: 600, rows: 1, ends: [150, 300, 450] },
  { why: "all rows of a long text, which one run returns", tokens: 600, rows: 600, ends: [] },
  { why: "the last rows of a long text", tokens: 600, rows: 300, ends: [150, 300] },
])("$why is read in runs of at most 32 MB of logits, and the last returns all rows", ({ tokens, rows, ends }) => {
  expect(chunkEnds({ signature: growing, vocabSize: 49_152, tokens, rows })).toEqual(ends);
});

test("a very large vocabulary is read in runs of at most 64 tokens", () => {
  expect(chunkEnds({ signature: growing, vocabSize: 262_144, tokens: 130, rows: 1 })).toEqual([44, 88]);
});

test.each([
  { tokens: 256, ends: [] },
  { tokens: 257, ends: [129] },
  { tokens: 1000, ends: [250, 500, 750] },
])("a graph that returns only the rows that it is asked for reads $tokens tokens in runs of at most 256", ({ tokens, ends }) => {
  const signature = { ...growing, rowCount: { type: "int64", rank: 0, parts: 1 } } as const;
  expect(chunkEnds({ signature, vocabSize: 49_152, tokens, rows: 1 })).toEqual(ends);
  expect(chunkEnds({ signature: growing, vocabSize: 7, tokens, rows: 1 })).toEqual(ends);
});

test.each([{ cache: [] }, { hasCacheBranch: true }])(
  "a graph that keeps nothing, or reads one token at a time, reads a text in one run: %j",
  (more) => {
    expect(chunkEnds({ signature: { ...growing, ...more }, vocabSize: 49_152, tokens: 600, rows: 1 })).toEqual([]);
  },
);
