import type { TokenId } from "./model.ts";

/** Turns text into tokens and back. */
export interface Tokenizer {
  /** Ids are in [0, vocabSize). */
  readonly vocabSize: number;
  /**
   * The special tokens by what they are called, for example "<|im_end|>". `decode` leaves them out.
   * @defaultValue none are known
   */
  readonly specialTokens?: ReadonlyMap<string, TokenId> | undefined;
  /** Tokens of `text`, shape (n,), with the tokens that the model expects at the start of a text. */
  encode(text: string): Int32Array;
  /**
   * Text of `tokens`, special tokens left out. Bytes that are no valid UTF-8 (also a character cut in two at either
   * end) become U+FFFD.
   */
  decode(tokens: Int32Array): string;
}
