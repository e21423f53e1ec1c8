import { describe, expect, test } from "vitest";
import type { LogitsProcessor } from "../contracts/sampler.ts";
import { autoregressive } from "../decode/autoregressive.ts";
import { withProcessors } from "../decorate/with-processors.ts";
import { InvalidOptionError } from "../errors.ts";
import { seededRandom } from "../random/random.ts";
import { exactDistribution, randomTable, tableModel, totalVariation } from "../testing/index.ts";
import { greedySampler } from "./greedy-sampler.ts";
import { processedSampler } from "./processed-sampler.ts";
import { temperatureSampler } from "./temperature-sampler.ts";

const VOCAB = 4;
const model = tableModel({ vocabSize: VOCAB, probabilities: randomTable(seededRandom(3), VOCAB) });
const fewerRepeats: LogitsProcessor = (row, { tokens, promptLength }) => {
  for (const token of tokens.subarray(promptLength)) row[token]! -= 2;
};
const neverThree: LogitsProcessor = (row) => void (row[3] = -Infinity);
const prompt = Int32Array.of(1, 2);

describe("a processed sampler", () => {
  test("draws as the sampler does from the model with the processors", async () => {
    const processors = [fewerRepeats, neverThree];
    const sampler = temperatureSampler(0.7);
    const limits = { maxNewTokens: 3 };
    const processed = autoregressive({ name: "processed", sampler: processedSampler(sampler, processors) });
    const plain = autoregressive({ name: "plain", sampler });
    const [a, b, c] = await Promise.all([
      exactDistribution(processed, { causal: model }, prompt, limits),
      exactDistribution(plain, { causal: withProcessors(model, processors, { promptLength: prompt.length }) }, prompt, limits),
      exactDistribution(plain, { causal: model }, prompt, limits),
    ]);
    expect(totalVariation(a, b)).toBeLessThan(1e-12);
    expect(totalVariation(a, c)).toBeGreaterThan(0.1);
  });

  test("neither writes to the row nor is the sampler itself, even for greedy sampling", () => {
    const row = Float32Array.of(0, 1, 2, 3);
    const sampler = processedSampler(greedySampler, [neverThree]);
    const probabilities = sampler.distribution(row, { tokens: prompt, promptLength: 2 });
    expect([...probabilities]).toEqual([0, 0, 1, 0]);
    expect([...row]).toEqual([0, 1, 2, 3]);
    expect(sampler.name).toBe(greedySampler.name);
    expect(sampler.partial).toBeUndefined();
  });

  test("is the sampler without processors, and refuses anything else", () => {
    expect(processedSampler(greedySampler, [])).toBe(greedySampler);
    expect(() => processedSampler({} as never, [])).toThrow(InvalidOptionError);
    expect(() => processedSampler(greedySampler, [3 as never])).toThrow(/processors must be an array of functions/u);
  });
});
