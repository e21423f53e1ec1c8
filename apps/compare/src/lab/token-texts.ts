import type { TokenId } from "@decodekit/core";

/** Texts of single tokens, each asked for once. */
export interface TokenTexts {
  readonly known: ReadonlyMap<TokenId, string>;
  /** Makes sure that all of `tokens` are known. */
  learn(tokens: Iterable<TokenId>): Promise<void>;
}

/**
 * `decode` is a tokenizer's. A token is spelled after another one and that one is cut off, since a tokenizer may drop the
 * space at the start of a text.
 */
export function tokenTexts(decode: (tokens: Int32Array) => Promise<string> | string, anchor: TokenId): TokenTexts {
  const known = new Map<TokenId, string>();
  let anchorText: Promise<string> | undefined;
  return {
    known,
    async learn(tokens) {
      const missing = [...new Set(tokens)].filter((token) => !known.has(token));
      if (missing.length === 0) return;
      anchorText ??= Promise.resolve(decode(Int32Array.of(anchor)));
      const before = await anchorText;
      await Promise.all(
        missing.map(async (token) => {
          const text = await decode(Int32Array.of(anchor, token));
          known.set(token, text.startsWith(before) ? text.slice(before.length) : text);
        }),
      );
    },
  };
}
