import { testModel } from "@decodekit/conformance";
import { autoregressive, generate, greedySampler } from "@decodekit/core";
import { describe, expect, test } from "vitest";
import { myStrategy } from "./my-strategy.ts";

const model = myStrategy("the cat sat on the mat and the cat ran");

describe("the model", () => {
  // No bit may differ between passes. A model with rounding has a tolerance, such as 1e-4.
  testModel(test, model.causal!, { tolerance: 0 });
});

test("writes what followed most often", async () => {
  const decoder = autoregressive({ name: "greedy", sampler: greedySampler });
  const { text } = await generate(model, "th", { decoder, maxNewTokens: 2 }).result;
  expect(text).toBe("e ");
});
