import type { TokenId } from "./model.ts";

/** Turns text into tokens and back. */
export interface Tokenizer {
  /** Ids are in [0, vocabSize). */
  readonly vocabSize: number;
  /**
   * The special tokens by name, for example "<|im_end|>". `decode` leaves them out.
   * @defaultValue none
   */
  readonly specialTokens?: ReadonlyMap<string, TokenId> | undefined;
  /** Returns the tokens of `text`, shape (n,), with the tokens that the model expects at the start of a text. */
  encode(text: string): Int32Array;
  /**
   * Returns the text of `tokens` without special tokens. Bytes that are not valid UTF-8, including those of a character that is cut at
   * either end, become U+FFFD.
   */
  decode(tokens: Int32Array): string;
}
