import type { LanguageModel, TokenId } from "@decodekit/core";

/** A story as the model reads it: begin token, text, end token, cut to the context. */
export interface StoryTokens {
  readonly tokens: Int32Array;
  /** Characters that the tokens between begin and end spell. */
  readonly characters: number;
}

export function storyTokens(
  { tokenizer, causal, stopTokens }: Pick<LanguageModel, "tokenizer" | "causal" | "stopTokens">,
  text: string,
): StoryTokens {
  const end: TokenId = stopTokens[0]!;
  const tokens = Int32Array.of(...tokenizer.encode(text), end).subarray(0, causal!.contextLength);
  return { tokens, characters: tokenizer.decode(tokens).length };
}
