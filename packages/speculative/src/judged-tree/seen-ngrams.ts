import type { TokenId } from "@decodekit/core";

/** The n-grams of four tokens that a text contains. */
export interface SeenNgrams {
  /** Adds tokens to the end of the text. */
  observe(tokens: ArrayLike<TokenId>): void;
  /** Whether the text followed by `path`, shape (n,), n >= 1, ends in an n-gram that the text already contains. */
  completedBy(path: readonly TokenId[]): boolean;
}

const LENGTH = 4;

export function seenNgrams(): SeenNgrams {
  const text: TokenId[] = [];
  const ngrams = new Set<string>();
  return {
    observe(tokens) {
      for (let index = 0; index < tokens.length; index++) {
        text.push(tokens[index]!);
        if (text.length >= LENGTH) ngrams.add(text.slice(-LENGTH).join());
      }
    },
    completedBy(path) {
      const fromText = Math.max(0, LENGTH - path.length);
      return ngrams.has([...(fromText > 0 ? text.slice(-fromText) : []), ...path.slice(-LENGTH)].join());
    },
  };
}
