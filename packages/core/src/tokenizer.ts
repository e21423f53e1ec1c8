/** Turns text into tokens and back. */
export interface Tokenizer {
  /** Ids are in [0, vocabSize). */
  readonly vocabSize: number;
  /** Tokens of `text`, shape (n,), with the tokens that the model expects at the start of a text. */
  encode(text: string): Int32Array;
  /**
   * Text of `tokens`, special tokens left out. Bytes that are no valid UTF-8 (also a character cut in two at either
   * end) become U+FFFD.
   */
  decode(tokens: Int32Array): string;
}
