import type { TokenId } from "../contracts/model.ts";
import { checkTokens } from "../tokens/check-tokens.ts";
import { resolveEncodeOptions } from "../tokens/encode-options.ts";
import { showBytes } from "../tokens/show-bytes.ts";
import type { Tokenizer } from "../contracts/tokenizer.ts";

const BYTES = 256;

/** A tokenizer whose tokens are the UTF-8 bytes, and two special tokens after them. */
export interface ByteTokenizer extends Tokenizer {
  /** The first token of every encoded text: 256. */
  readonly beginToken: TokenId;
  /** The token with which models end a text: 257. `encode` never returns it. */
  readonly endToken: TokenId;
  /** See `Tokenizer.tokenBytes`: the byte itself; undefined for the two special tokens. */
  tokenBytes(token: TokenId): Uint8Array<ArrayBuffer> | undefined;
}

/**
 * Creates a byte tokenizer, vocabSize 258. A character outside ASCII takes 2 to 4 tokens, as tests of text need.
 * `decode` throws InvalidOptionError for a token outside the vocabulary. The two special tokens have no names in a text, so a text cannot
 * contain them, and "parse" and "literal" are the same.
 */
export function byteTokenizer(): ByteTokenizer {
  const vocabSize = BYTES + 2;
  return {
    vocabSize,
    beginToken: BYTES,
    endToken: BYTES + 1,
    encode(text, options) {
      const { addSpecialTokens } = resolveEncodeOptions(options);
      const bytes = new TextEncoder().encode(text);
      return addSpecialTokens ? Int32Array.of(BYTES, ...bytes) : Int32Array.from(bytes);
    },
    decode(tokens) {
      checkTokens("decode", "tokens", tokens, vocabSize);
      const bytes = Uint8Array.from(tokens.filter((token) => token < BYTES));
      return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
    },
    tokenText(token) {
      if (token < BYTES) return showBytes(Uint8Array.of(token));
      return ["<begin>", "<end>"][token - BYTES] ?? "";
    },
    tokenBytes: (token) => (token < BYTES ? Uint8Array.of(token) : undefined),
  };
}
