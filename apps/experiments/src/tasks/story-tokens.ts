import type { LanguageModel, TokenId } from "@decodekit/core";

/** The tokens of a story: begin token, text, end token, truncated to the context length. */
export interface StoryTokens {
  readonly tokens: Int32Array;
  /** Number of characters of the decoded tokens. */
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
