import { describe, expect, test } from "vitest";
import { losslessCases } from "./lossless-models.ts";
import { measureLoss } from "./lossless.ts";
import { negativeControls, positiveControls } from "./negative-controls.ts";
import { testLossless } from "./test-lossless.ts";

describe.each(positiveControls)("$name is lossless", ({ create }) => {
  testLossless(test, create, { seeds: [1], maxBranches: 1500 });
});

test.each(negativeControls)("$name is detected", async ({ create }) => {
  const losses = [];
  const dense = losslessCases([1, 2]).filter(({ family }) => family === "random");
  for (const testCase of dense) losses.push(await measureLoss(create(), { ...testCase, maxNewTokens: 3 }));
  expect(Math.max(...losses)).toBeGreaterThan(1e-3);
});

test.each(positiveControls)("$name has no measured loss", async ({ create }) => {
  const [testCase] = losslessCases([2]);
  expect(await measureLoss(create(), { ...testCase!, maxNewTokens: 3 })).toBeLessThan(1e-12);
});
