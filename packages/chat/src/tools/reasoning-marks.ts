import type { Tokenizer } from "@decodekit/core";

/** The marks around the text in which a model thinks before its answer. */
export const REASONING = { opening: "<think>", closing: "</think>" } as const;

/** Returns whether a model may begin with reasoning of its own accord: its vocabulary has the mark as one token. */
export function mayReason(tokenizer: Tokenizer): boolean {
  if (tokenizer.specialTokens?.has(REASONING.opening)) return true;
  return tokenizer.encode(REASONING.opening, { addSpecialTokens: false }).length === 1;
}
