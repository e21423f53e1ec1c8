import { argmax, type Decoder, generate } from "@decodekit/core";
import type { OnnxLanguageModel } from "@decodekit/core/onnx";
import { NEAR_TIE, topTwoGap } from "@decodekit/core/testing";
import { greedy } from "@decodekit/greedy";
import { expect } from "vitest";

/** Decodes as many tokens as expected; the first difference must be a near tie, and is printed. */
export async function expectGreedyTokens(
  model: OnnxLanguageModel,
  prompt: string,
  expected: readonly number[],
  decoder: Decoder = greedy(),
): Promise<void> {
  const { tokens } = await generate(model, prompt, { decoder, maxNewTokens: expected.length }).result;
  const different = expected.findIndex((token, index) => token !== tokens[index]);
  if (different < 0) return expect([...tokens]).toEqual(expected);
  await expectNearTie(model, { prompt, expected, index: different, token: tokens[different] });
}

/** Reads prompt and expected tokens in one pass; every row must predict the next expected token. */
export async function expectGreedyRows(model: OnnxLanguageModel, prompt: string, expected: readonly number[]): Promise<void> {
  const session = await model.causal.createSession();
  const promptTokens = model.tokenizer.encode(prompt);
  const logits = await session.forward(Int32Array.of(...promptTokens, ...expected.slice(0, -1)), { rows: expected.length });
  const predicted = expected.map((_, index) => argmax(logits.row(index)));
  await session.dispose();
  for (const [index, token] of predicted.entries()) {
    if (token !== expected[index]) await expectNearTie(model, { prompt, expected, index, token });
  }
}

interface Difference {
  readonly prompt: string;
  readonly expected: readonly number[];
  /** The first place at which the tokens differ, and the token there instead of the expected one. */
  readonly index: number;
  readonly token: number | undefined;
}

async function expectNearTie(model: OnnxLanguageModel, { prompt, expected, index, token }: Difference): Promise<void> {
  const gap = await topTwoGap(model.causal, Int32Array.of(...model.tokenizer.encode(prompt), ...expected.slice(0, index)));
  console.log(`${model.execution}, "${prompt}": token ${index} differs (${token}); top-2 gap ${gap}`);
  expect(gap, "top-2 gap at the first different token").toBeLessThan(NEAR_TIE);
}
