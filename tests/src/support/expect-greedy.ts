import { argmax, type Decoder, generate } from "@decodekit/core";
import type { OnnxLanguageModel } from "@decodekit/core/onnx";
import { greedy } from "@decodekit/greedy";
import { expect } from "vitest";

/** Below this gap between the two largest logits, rounding may decide which of them is larger. */
const NEAR_TIE = 1e-3;

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
  const session = await model.causal.createSession();
  const logits = await session.forward(Int32Array.of(...model.tokenizer.encode(prompt), ...expected.slice(0, different)));
  expectNearTie(model, prompt, different, tokens[different], logits.row(0));
  await session.dispose();
}

/** Reads prompt and expected tokens in one pass; every row must predict the next expected token. */
export async function expectGreedyRows(model: OnnxLanguageModel, prompt: string, expected: readonly number[]): Promise<void> {
  const session = await model.causal.createSession();
  const promptTokens = model.tokenizer.encode(prompt);
  const logits = await session.forward(Int32Array.of(...promptTokens, ...expected.slice(0, -1)), { rows: expected.length });
  for (const [index, token] of expected.entries()) {
    const row = logits.row(index);
    const predicted = argmax(row);
    if (predicted !== token) expectNearTie(model, prompt, index, predicted, row);
  }
  await session.dispose();
}

function expectNearTie(model: OnnxLanguageModel, prompt: string, index: number, token: number | undefined, row: Float32Array): void {
  const [first, second] = row.toSorted((a, b) => b - a);
  const gap = first! - second!;
  console.log(`${model.execution}, "${prompt}": token ${index} differs (${token}); top-2 gap ${gap}`);
  expect(gap, "top-2 gap at the first different token").toBeLessThan(NEAR_TIE);
}
