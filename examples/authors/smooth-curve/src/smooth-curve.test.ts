import { plainSampler, testDecoder, testLossless, testPlugin } from "@decodekit/conformance";
import { argmax } from "@decodekit/core";
import { candidatesOf, processedSampler } from "@decodekit/core/toolkit";
import { draftModel, speculative } from "@decodekit/speculative";
import { describe, expect, test } from "vitest";
import plugin from "./plugin.ts";
import { smoothCurve } from "./smooth-curve.ts";

// In a decoder that verifies drafts, every row must be processed with its own prefix: its output distribution must be that of sampling.
describe.each([
  [0.25, 1],
  [1, 3],
])("smoothCurve with factor %d and curve %d, under speculation", (factor, curve) => {
  const sampler = processedSampler(plainSampler, [smoothCurve({ factor, curve })]);
  testLossless(test, () => speculative({ drafter: draftModel(), sampler, draftLength: 2 }), { sampler, seeds: [1, 2] });
});

describe("the plugin", () => {
  testPlugin(test, plugin);
});

describe("the decoder of the plugin", () => {
  testDecoder(test, () => plugin.create({}));
});

const context = { tokens: Int32Array.of(0), promptLength: 1 };
const bend = (options: Parameters<typeof smoothCurve>[0], ...row: number[]): number[] => {
  const bent = Float32Array.from(row);
  smoothCurve(options)(bent, context);
  return [...bent];
};

test("follows the formula", () => {
  expect(bend({ factor: 0.25 }, 1, 3, -1, -Infinity)).toEqual([2, 3, -1, -Infinity]);
  expect(bend({ factor: 0.25, curve: 3 }, 1, 3, -1)).toEqual([1, 3, -13]);
  expect(bend({ factor: 0.5, curve: 2 }, 1, 3)).toEqual([3 - 0.25 * 4 - 0.25 * 8, 3]);
});

test.each([1, 1.5, 2, 3])("keeps the order of tokens at curve %d", (curve) => {
  const row = Array.from({ length: 60 }, (_, i) => -i / 7);
  const bent = bend({ factor: 0.7, curve }, ...row);
  expect(bent).toEqual(bent.toSorted((a, b) => b - a));
  expect(argmax(bent)).toBe(0);
});

test("does the same to a row of which few tokens are left", () => {
  const whole = Float32Array.of(1, 3, 5, -1);
  const candidates = candidatesOf(Float32Array.from(whole));
  candidates.keep([0, 1, 3]);
  smoothCurve({ factor: 0.25 }).narrow!(candidates, context);
  expect([...candidates.row]).toEqual([2, 3, -Infinity, -1]);
});

test("leaves a row with nothing in it", () => {
  expect(bend({}, -Infinity, -Infinity)).toEqual([-Infinity, -Infinity]);
});

test("refuses what is out of range", () => {
  expect(() => smoothCurve({ factor: 0 })).toThrow("factor must be a number > 0");
  expect(() => smoothCurve({ curve: 4 })).toThrow("curve must be a number in [1, 3]");
});
