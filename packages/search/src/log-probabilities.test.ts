import { type Decoder, generate } from "@decodekit/core";
import { byteTokenizer, randomTable, tableModel } from "@decodekit/core/testing";
import { negativeLogLikelihood } from "@decodekit/core/toolkit";
import { seededRandom } from "@decodekit/core";
import { expect, test } from "vitest";
import { beamSearch } from "./beam/beam-search.ts";
import { contrastiveSearch } from "./contrastive/contrastive-search.ts";
import { bestOfN } from "./samples/best-of-n.ts";
import { selfConsistency } from "./samples/self-consistency.ts";
import { thinkFirst } from "./stages/think-first.ts";

const VOCAB = 8;
const table = randomTable(seededRandom(2), VOCAB);
const decoders: readonly (readonly [string, Decoder<"causal">])[] = [
  ["beamSearch", beamSearch({ beams: 3, lengthPenalty: 0 })],
  ["contrastiveSearch", contrastiveSearch()],
  ["bestOfN", bestOfN({ n: 3 })],
  ["selfConsistency", selfConsistency({ n: 3 })],
  ["thinkFirst", thinkFirst({ scratchTokens: 3, separator: [5] })],
];

test.each(decoders)("the model's log-probability of every token that %s commits is known", async (_, decoder) => {
  const hiddenStateAfter = (prefix: Int32Array): Float32Array => Float32Array.of(prefix.at(-1)!, prefix.length, 1);
  const causal = tableModel({ probabilities: table, hiddenStateAfter });
  const model = { name: "test", tokenizer: byteTokenizer(), stopTokens: [], causal };
  const options = { decoder, maxNewTokens: 10, logProbabilities: 2, onWarning: () => undefined };
  const { tokens, logProbabilities } = await generate(model, Int32Array.of(1, 2), options).result;
  const separator = decoder.name === "think-first" ? 3 : -1;
  for (const [index, token] of tokens.entries()) {
    const row = Float32Array.from(table[tokens[index - 1] ?? 2]!, Math.log);
    const expected = index === separator ? NaN : -negativeLogLikelihood(row, token);
    if (Number.isNaN(expected)) expect(logProbabilities![index]).toBeNaN();
    else expect(logProbabilities![index]).toBeCloseTo(expected, 5);
  }
  expect(tokens).toHaveLength(10);
  expect(causal.openSessions()).toBe(0);
});
