import { generate } from "@decodekit/core";
import type { OnnxLanguageModel } from "@decodekit/core/onnx";
import { greedy } from "@decodekit/greedy";
import { expect } from "vitest";
import type { Conversation } from "./kinds.ts";

/** Token that ends a message. */
const END = 2;

/** Decodes a conversation greedily. The first `newTokens` tokens must be those of `expected`, which holds the token that ends the text. */
export async function expectTokens(
  model: OnnxLanguageModel,
  { name, messages }: Conversation,
  { expected, newTokens }: { readonly expected: readonly number[]; readonly newTokens: number },
): Promise<void> {
  const known = expected.slice(0, newTokens);
  const isEnded = known.at(-1) === END;
  if (!isEnded) expect(known, "expected tokens").toHaveLength(newTokens);
  const { tokens, finishReason } = await generate(model, messages, { decoder: greedy(), maxNewTokens: newTokens }).result;
  const output = { tokens: [...tokens], finishReason };
  expect(output, name).toEqual({ tokens: isEnded ? known.slice(0, -1) : known, finishReason: isEnded ? "stop" : "length" });
}
