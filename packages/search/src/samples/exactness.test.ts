import { logSoftmax, softmax, type TokenId } from "@decodekit/core";
import { exactDistribution, outputKey, type ProbabilityTable, randomTable, tableModel, totalVariation } from "@decodekit/core/testing";
import { seededRandom } from "@decodekit/core";
import { temperatureSampler } from "@decodekit/core/toolkit";
import { describe, expect, test } from "vitest";
import { bestOfN } from "./best-of-n.ts";
import type { Sample } from "./sample.ts";
import { lastTokens, selfConsistency } from "./self-consistency.ts";

// The output distribution over all outcomes of all draws, against the definition: every combination of n whole texts.

const STOP = 2;
const VOCAB = 3;
const PROMPT = Int32Array.of(0);
const NEW_TOKENS = 2;

/** A text that can be drawn, with its probability under the sampler and its log-probability under the model. */
interface Text extends Pick<Sample, "finishReason" | "logProbability" | "length"> {
  readonly tokens: readonly TokenId[];
  readonly probability: number;
}

function allTexts(table: ProbabilityTable, temperature: number): readonly Text[] {
  const texts: Text[] = [];
  const extend = (tokens: readonly TokenId[], probability: number, logProbability: number): void => {
    const row = Float32Array.from(table[tokens.at(-1) ?? PROMPT[0]!]!, Math.log);
    const [drawn, own] = [softmax(row, temperature), logSoftmax(row)];
    for (let token = 0; token < VOCAB; token++) {
      const reached = { probability: probability * drawn[token]!, logProbability: logProbability + own[token]!, length: tokens.length + 1 };
      if (token === STOP) texts.push({ tokens, finishReason: "stop", ...reached });
      else if (tokens.length + 1 === NEW_TOKENS) texts.push({ tokens: [...tokens, token], finishReason: "length", ...reached });
      else extend([...tokens, token], reached.probability, reached.logProbability);
    }
  };
  extend([], 1, 0);
  return texts;
}

/** The probability of each output if `choose` picks one of n texts that are drawn independently. */
function byDefinition(texts: readonly Text[], n: number, choose: (drawn: readonly Text[]) => Text): ReadonlyMap<string, number> {
  const distribution = new Map<string, number>();
  const draw = (drawn: readonly Text[], probability: number): void => {
    if (drawn.length < n) {
      for (const text of texts) draw([...drawn, text], probability * text.probability);
      return;
    }
    const { tokens, finishReason } = choose(drawn);
    const key = outputKey(tokens, finishReason);
    distribution.set(key, (distribution.get(key) ?? 0) + probability);
  };
  draw([], 1);
  return distribution;
}

/** The first text with the highest value. */
function firstHighest(texts: readonly Text[], valueOf: (text: Text) => number): Text {
  const values = texts.map(valueOf);
  return texts[values.indexOf(Math.max(...values))]!;
}

const cases = [1, 2, 3].flatMap((seed) =>
  [1, 2, 3].flatMap((n) => [0.7, 1.5].map((temperature) => ({ seed, n, temperature, table: randomTable(seededRandom(seed), VOCAB) }))),
);

describe.each(cases)("n = $n, temperature $temperature, model $seed", ({ n, temperature, table }) => {
  const models = { causal: tableModel({ probabilities: table }) };
  const sampler = temperatureSampler(temperature);
  const options = { maxNewTokens: NEW_TOKENS, stopTokens: [STOP] };
  const texts = allTexts(table, temperature);

  test("the output distribution of bestOfN is that of the text with the highest mean log-probability", async () => {
    const actual = await exactDistribution(bestOfN({ n, sampler }), models, PROMPT, options);
    const expected = byDefinition(texts, n, (drawn) => firstHighest(drawn, ({ logProbability, length }) => logProbability / length));
    expect(totalVariation(actual, expected)).toBeLessThan(1e-12);
  });

  test("the output distribution of bestOfN follows another score", async () => {
    const score = ({ tokens }: { readonly tokens: ArrayLike<number> }): number => tokens.length;
    const actual = await exactDistribution(bestOfN({ n, sampler, score }), models, PROMPT, options);
    expect(
      totalVariation(
        actual,
        byDefinition(texts, n, (drawn) => firstHighest(drawn, score)),
      ),
    ).toBeLessThan(1e-12);
  });

  test("the output distribution of selfConsistency is that of the first text with the most frequent answer", async () => {
    const answers: readonly ((tokens: ArrayLike<number>) => string | undefined)[] = [
      (tokens) => Array.from(tokens).join(" "),
      (tokens) => (tokens.length === 0 ? undefined : String(tokens[tokens.length - 1])),
      () => undefined,
    ];
    for (const answer of answers) {
      const actual = await exactDistribution(selfConsistency({ n, sampler, answer }), models, PROMPT, options);
      const expected = byDefinition(texts, n, (drawn) => {
        const given = drawn.map(({ tokens }) => answer(tokens));
        const votes = given.map((each) => (each === undefined ? 0 : given.filter((other) => other === each).length));
        return drawn[votes.indexOf(Math.max(...votes))]!;
      });
      expect(totalVariation(actual, expected)).toBeLessThan(1e-12);
    }
  });
});

test("the last tokens are an answer", () => {
  expect([[1, 2, 3], [3], []].map((tokens) => lastTokens(2)(Int32Array.from(tokens)))).toEqual(["2 3", "3", ""]);
});
