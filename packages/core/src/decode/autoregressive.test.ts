import { expect, test } from "vitest";
import { autoregressive } from "./autoregressive.ts";
import { greedySampler } from "../sampling/greedy-sampler.ts";
import { seededRandom } from "../random/random.ts";
import type { Sampler } from "../contracts/sampler.ts";
import { softmax } from "../sampling/softmax.ts";
import { collectDecode } from "../testing/collect-decode.ts";
import { exactDistribution, outputKey, totalVariation } from "../testing/output-distribution.ts";
import { randomTable } from "../testing/random-table.ts";
import { tableModel } from "../testing/table-model.ts";

const plain: Sampler = {
  name: "plain",
  distribution: (row) => softmax(row),
  pick: (probabilities, random) => random.categorical(probabilities),
};

test.each([1, 2, 3, 4, 5])("drawing from the model's own distribution follows it exactly, model %d", async (seed) => {
  const table = randomTable(seededRandom(seed), 4);
  const decoder = autoregressive({ name: "plain", sampler: plain });
  const models = { causal: tableModel({ probabilities: table }) };
  const actual = await exactDistribution(decoder, models, Int32Array.of(0), { maxNewTokens: 4, stopTokens: [3] });
  // By the chain rule, from the model's actual float32 logits.
  const expected = new Map<string, number>();
  const extend = (tokens: readonly number[], probability: number): void => {
    if (tokens.length === 4) return void expected.set(outputKey(tokens, "length"), probability);
    const weights = table[tokens.at(-1) ?? 0]!.map((p) => Math.exp(Math.fround(Math.log(p))));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    for (const [token, weight] of weights.entries()) {
      if (token === 3) expected.set(outputKey(tokens, "stop"), (probability * weight) / total);
      else extend([...tokens, token], (probability * weight) / total);
    }
  };
  extend([], 1);
  expect(actual.size).toBe(1 + 3 + 9 + 27 + 81);
  expect(totalVariation(actual, expected)).toBeLessThan(1e-12);
});

test("the sampler sees the prompt and all committed tokens", async () => {
  const seen: number[][] = [];
  const sampler: Sampler = {
    name: "watching",
    pick: (probabilities, random) => greedySampler.pick(probabilities, random),
    distribution(row, { tokens, promptLength }) {
      seen.push([promptLength, ...tokens]);
      return greedySampler.distribution(row, { tokens, promptLength });
    },
  };
  const causal = tableModel({
    probabilities: [
      [0, 1, 0],
      [0, 0, 1],
      [1, 0, 0],
    ],
  });
  const decoder = autoregressive({ name: "watching", sampler });
  expect(decoder.sampler).toBe(sampler);
  await collectDecode(decoder.decode({ causal }, Int32Array.of(2, 0), { maxNewTokens: 3 }));
  expect(seen).toEqual([
    [2, 2, 0],
    [2, 2, 0, 1],
    [2, 2, 0, 1, 2],
  ]);
});

test("n tokens take one pass over the prompt and n - 1 passes over one token", async () => {
  const causal = tableModel({
    probabilities: [
      [0, 1],
      [1, 0],
    ],
  });
  await collectDecode(
    autoregressive({ name: "greedy", sampler: greedySampler }).decode({ causal }, Int32Array.of(0, 1, 0), { maxNewTokens: 4 }),
  );
  expect(causal.passes().map(({ start, positions, rows }) => [start, positions, rows])).toEqual([
    [0, 3, 1],
    [3, 1, 1],
    [4, 1, 1],
    [5, 1, 1],
  ]);
});
