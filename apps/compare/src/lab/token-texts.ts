import type { TokenId } from "@decodekit/core";

/** Texts of single tokens, each decoded once. */
export interface TokenTexts {
  readonly known: ReadonlyMap<TokenId, string>;
  /** Decodes those of `tokens` that are not known yet. */
  learn(tokens: Iterable<TokenId>): Promise<void>;
}

/**
 * `decode` is that of the tokenizer. Each token is decoded after `anchor`, whose text is then removed: a tokenizer may drop the space at
 * the start of a text.
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
