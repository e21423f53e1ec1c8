import type { LanguageModel } from "@decodekit/core";
import { searchBeams } from "@decodekit/search";
import { expect } from "vitest";
import type { GoldenSearch } from "./golden-searches.ts";

/** Scores of float32 and of float64 sums differ by less, in proportion where a length penalty below 0 multiplies them. */
const TOLERANCE = 1e-4;

/** Expects that a search on `model` finds transformers' hypotheses with its scores. */
export async function expectSearch(model: LanguageModel, golden: GoldenSearch): Promise<void> {
  const { prompt, stopTokens, newTokens, options, hypotheses: expected } = golden;
  const { hypotheses } = await searchBeams(model, Int32Array.from(prompt), { ...options, stopTokens, maxNewTokens: newTokens });
  expect(
    hypotheses.map(({ tokens, finishReason }) => ({ tokens: [...tokens], finishReason })),
    JSON.stringify(options),
  ).toEqual(expected.map(({ tokens, finishReason }) => ({ tokens, finishReason })));
  for (const [rank, { score }] of hypotheses.entries()) {
    const other = expected[rank]!.score;
    expect(Math.abs(score - other), JSON.stringify(options)).toBeLessThan(TOLERANCE * Math.max(1, Math.abs(other)));
  }
}
