import type { Tokenizer } from "@decodekit/core";

/** What a text may follow, to find how it is split within a text. */
const BEFORE = ["", "\n", ":"];

/**
 * Returns the tokens of `text`, shape (n,), within a text: with exactly its bytes. Some tokenizers add a space to the beginning of what they
 * encode; then a character is put before it. Empty if that fails.
 */
export function tokensOf(tokenizer: Tokenizer, text: string): Int32Array {
  const options = { addSpecialTokens: false, specialTokens: "literal" } as const;
  const expected = new TextEncoder().encode(text).join();
  for (const before of BEFORE) {
    const first = before === "" ? new Int32Array(0) : tokenizer.encode(before, options);
    const all = tokenizer.encode(before + text, options);
    if (!first.every((token, index) => all[index] === token)) continue;
    const tokens = all.subarray(first.length);
    const bytes = Array.from(tokens, (token) => [...(tokenizer.tokenBytes!(token) ?? [])]).flat();
    if (bytes.join() === expected) return tokens;
  }
  return new Int32Array(0);
}
