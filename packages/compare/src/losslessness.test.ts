import { memoryModel } from "@decodekit/core/testing";
import { expect, test } from "vitest";
import { isLossless, rowConsistencyOf, whyNotLossless } from "./losslessness.ts";

test.each([
  [true, "rounding", 3, true],
  [true, "approximate", 3, false],
  [true, "mixed", 3, false],
  // Nothing was verified, so every row had a pass of its own.
  [true, "mixed", 0, true],
  [false, "rounding", 3, false],
  [false, "rounding", 0, false],
  [undefined, "rounding", 3, null],
  [true, null, 3, true],
] as const)(
  "a decoder that claims %s on a model with rows %s is lossless in a run with %i verify passes: %s",
  (claim, consistency, passes, is) => {
    expect(isLossless({ lossless: claim }, { consistency, verifyPasses: passes })).toBe(is);
  },
);

test("only a model whose rows move by more than rounding is a reason", () => {
  expect(whyNotLossless("rounding")).toBeNull();
  expect(whyNotLossless(null)).toBeNull();
  expect(whyNotLossless("approximate")).toContain("8 bits: the text can part");
  expect(whyNotLossless("mixed")).toContain("depends on the others of its pass");
});

test("a model that does not say has rows that move by rounding", () => {
  const model = memoryModel({ vocabSize: 3, contextLength: 8, logitsAfter: () => new Float32Array(3) });
  expect(rowConsistencyOf(model)).toBe("rounding");
  expect(rowConsistencyOf(undefined)).toBeNull();
});
