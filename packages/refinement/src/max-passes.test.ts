import { describe, expect, test } from "vitest";
import { arCritic, arThenRefine, classifierFree, confidenceCascade, infill, llada21, maskPredict, refine, rewrite, wino } from "./index.ts";

const guidance = classifierFree({ scale: 1 });
const suffix = [1, 2];
const text = [1, 2, 3, 4, 5];
const positions = [0, 2, 3];

describe("maxPasses", () => {
  test.each([
    // Per block: its steps, and one pass that reads it or the prompt.
    ["refine", refine(), 33, 2 * (32 + 1)],
    ["refine, no tokens", refine(), 0, 0],
    ["refine, one token", refine(), 1, 33],
    ["refine, blocks of 4 in 3 steps", refine({ blockLength: 4, steps: 3 }), 10, 3 * (3 + 1)],
    ["refine with guidance", refine({ blockLength: 4, steps: 3, guidance }), 10, 2 * 3 * (3 + 1)],
    ["mask-predict", refine(maskPredict({ blockLength: 8 })), 16, 2 * (10 + 1)],
    ["llada 2.1", refine(llada21({ blockLength: 8 })), 8, 8 + 16 + 1],
    ["wino", refine(wino({ blockLength: 8 })), 8, 2 * 8 + 1],
    // The prompt, one pass for each of several lengths, and the steps of the longest.
    ["infill", infill({ suffix, length: 3 }), 99, 1 + 3],
    ["infill of 2 to 4", infill({ suffix, length: { minimum: 2, maximum: 4 } }), 99, 1 + 3 + 4],
    ["infill in 2 steps", infill({ suffix, length: 3, steps: 2 }), 99, 1 + 2],
    ["infill with guidance", infill({ suffix, length: { minimum: 2, maximum: 4 }, guidance }), 99, 2 * (1 + 3 + 4)],
    ["rewrite", rewrite({ text, positions }), 99, 1 + 3],
    ["rewrite in 2 steps", rewrite({ text, positions, steps: 2 }), 99, 1 + 2],
    ["rewrite with guidance", rewrite({ text, positions, guidance }), 99, 2 * (1 + 3)],
    // Every block of the critic commits one token more than its length.
    ["ar-critic", arCritic({ blockLength: 4, rounds: 3 }), 10, 2 + 2 * 3 * (1 + 1)],
    ["ar-critic in 2 steps", arCritic({ blockLength: 4, rounds: 3, steps: 2 }), 11, 2 + 3 * 3 * (2 + 1)],
    ["ar-then-refine", arThenRefine({ blockLength: 4, rounds: 2 }), 10, 2 + 10 + 3 * 2 * (1 + 1)],
    ["ar-then-refine in 3 steps", arThenRefine({ blockLength: 5, rounds: 2, steps: 3 }), 10, 2 + 10 + 2 * 2 * (3 + 1)],
    ["confidence-cascade", confidenceCascade(), 10, 2 + 10 * (1 + 1)],
    ["confidence-cascade in 2 steps", confidenceCascade({ steps: 2 }), 10, 2 + 10 * (2 + 1)],
  ])("%s", (_name, decoder, newTokens, most) => {
    expect(decoder.maxPasses(newTokens)).toBe(most);
  });
});

test.each([
  ["refine", refine(), ["masked"]],
  ["infill", infill({ suffix, length: 3 }), ["masked"]],
  ["rewrite", rewrite({ text, positions }), ["masked"]],
  ["ar-critic", arCritic(), ["causal", "masked"]],
  ["ar-then-refine", arThenRefine(), ["causal", "masked"]],
  ["confidence-cascade", confidenceCascade(), ["causal", "masked"]],
])("%s has its name and requires its models", (name, decoder, requires) => {
  expect(decoder).toMatchObject({ name, requires });
});

test("none is lossless", () => {
  const lossless = [refine(), arCritic(), arThenRefine(), confidenceCascade()].map((decoder) => decoder.lossless ?? false);
  expect(lossless).toEqual([false, false, false, false]);
});
