import type { TokenId } from "../contracts/model.ts";
import { checkTokens } from "../tokens/check-tokens.ts";
import type { Tokenizer } from "../contracts/tokenizer.ts";

const BYTES = 256;

/** A tokenizer whose tokens are the UTF-8 bytes, and two special tokens after them. */
export interface ByteTokenizer extends Tokenizer {
  /** The first token of every encoded text: 256. */
  readonly beginToken: TokenId;
  /** The token with which models end a text: 257. `encode` never returns it. */
  readonly endToken: TokenId;
}

/**
 * Creates a byte tokenizer, vocabSize 258. A character outside ASCII takes 2 to 4 tokens, as tests of text need.
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
