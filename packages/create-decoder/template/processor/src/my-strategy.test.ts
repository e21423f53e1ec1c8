import { plainSampler, testLossless, testPlugin } from "@decodekit/conformance";
import { processedSampler } from "@decodekit/core/toolkit";
import { draftModel, speculative } from "@decodekit/speculative";
import { describe, expect, test } from "vitest";
import { myStrategy } from "./my-strategy.ts";
import plugin from "./plugin.ts";

// In a decoder that verifies drafts, every row must be processed with its own prefix: its output distribution must be that of sampling.
describe.each([1, 2])("myStrategy with window %i, under speculation", (window) => {
  const sampler = processedSampler(plainSampler, [myStrategy({ window })]);
  testLossless(test, () => speculative({ drafter: draftModel(), sampler, draftLength: 2 }), { sampler, seeds: [1, 2] });
});

describe("the plugin", () => {
  testPlugin(test, plugin);
});

test("forbids the last tokens of the output, and no others", () => {
  const row = Float32Array.of(1, 2, 3, 4);
  myStrategy({ window: 1 })(row, { tokens: Int32Array.of(3, 0, 2), promptLength: 1 });
  expect([...row]).toEqual([1, 2, -Infinity, 4]);
});

test("refuses what is out of range", () => {
  expect(() => myStrategy({ window: 0 })).toThrow("window must be an integer >= 1");
});
