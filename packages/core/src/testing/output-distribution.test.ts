import { expect, test } from "vitest";
import { autoregressive } from "../decode/autoregressive.ts";
import type { Sampler } from "../contracts/sampler.ts";
import { softmax } from "../sampling/softmax.ts";
import { exactDistribution, outputKey, totalVariation } from "./output-distribution.ts";
import { tableModel } from "./table-model.ts";

const sampler: Sampler = {
  name: "plain",
  distribution: (row) => softmax(row),
  pick: (probabilities, random) => random.categorical(probabilities),
};
const models = {
  causal: tableModel({
    probabilities: [
      [0.5, 0.5],
      [0.25, 0.75],
    ],
  }),
};
const prompt = Int32Array.of(0);

test("an output is named by its tokens and finish reason", () => {
  expect(outputKey([3, 1], "stop")).toBe("3 1 (stop)");
  expect(outputKey(new Int32Array(), "length")).toBe("(length)");
});

test("the distribution of two draws from a Markov chain is its product rule", async () => {
  const decoder = autoregressive({ name: "plain", sampler });
  const actual = await exactDistribution(decoder, models, prompt, { maxNewTokens: 2 });
  const expected = new Map([
    ["0 0 (length)", 0.25],
    ["0 1 (length)", 0.25],
    ["1 0 (length)", 0.125],
    ["1 1 (length)", 0.375],
  ]);
  expect(totalVariation(actual, expected)).toBeLessThan(1e-7);
  const stopped = await exactDistribution(decoder, models, prompt, { maxNewTokens: 2, stopTokens: [1] });
  expect([...stopped.keys()]).toEqual(["0 0 (length)", "0 (stop)", "(stop)"]);
});

test("a decoder that draws from another distribution has another output distribution", async () => {
  const wrong: Sampler = { ...sampler, distribution: (row) => softmax(row, 1.01) };
  const [actual, expected] = await Promise.all(
    [wrong, sampler].map((chosen) =>
      exactDistribution(autoregressive({ name: "plain", sampler: chosen }), models, prompt, { maxNewTokens: 3 }),
    ),
  );
  expect(totalVariation(actual!, expected!)).toBeGreaterThan(1e-3);
});

test("a decoder with another source of randomness is refused", async () => {
  let runs = 0;
  const moody: Sampler = { ...sampler, distribution: (row) => softmax(row, 1 + runs++) };
  await expect(exactDistribution(autoregressive({ name: "moody", sampler: moody }), models, prompt, { maxNewTokens: 2 })).rejects.toThrow(
    "not determined by its draws",
  );
});

test("total variation is 0 for equal distributions and 1 for disjoint ones", () => {
  const a = new Map([
    ["x", 0.5],
    ["y", 0.5],
  ]);
  expect(totalVariation(a, a)).toBe(0);
  expect(totalVariation(a, new Map([["z", 1]]))).toBe(1);
  expect(totalVariation(a, new Map([["x", 1]]))).toBe(0.5);
});
