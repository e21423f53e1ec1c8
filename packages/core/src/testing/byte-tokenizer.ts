import type { TokenId } from "../model.ts";
import { checkTokens } from "../run-decode.ts";
import type { Tokenizer } from "../tokenizer.ts";

const BYTES = 256;

/** A tokenizer with one token per UTF-8 byte, the token being the byte, and two special tokens after them. */
export interface ByteTokenizer extends Tokenizer {
  /** Begins every encoded text: 256. */
  readonly beginToken: TokenId;
  /** For models to end a text with: 257. `encode` never gives it. */
  readonly endToken: TokenId;
}

/**
 * Makes a byte tokenizer, vocabSize 258. A character outside ASCII takes 2 to 4 tokens, which is what tests of text need.
 * `decode` throws InvalidOptionError for a token outside the vocabulary.
 */
export function byteTokenizer(): ByteTokenizer {
  const vocabSize = BYTES + 2;
  return {
    vocabSize,
    beginToken: BYTES,
    endToken: BYTES + 1,
    encode: (text) => Int32Array.of(BYTES, ...new TextEncoder().encode(text)),
    decode(tokens) {
      checkTokens("decode", "tokens", tokens, vocabSize);
      const bytes = Uint8Array.from(tokens.filter((token) => token < BYTES));
      return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
    },
  };
}
