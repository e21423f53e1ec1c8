import type { TokenId } from "./model.ts";

export interface EncodeOptions {
  /**
   * Whether to add the special tokens that the model expects at the beginning and end of a text, such as `<s>`. A rendered chat prompt and
   * the continuation of a text need none. @defaultValue true
   */
  readonly addSpecialTokens?: boolean | undefined;
  /**
   * What the name of a special token within the text stands for. "parse": the token itself, so "<|im_end|>" ends the message. "literal":
   * the characters of its name, so that a text from elsewhere cannot contain control tokens. @defaultValue "parse"
   */
  readonly specialTokens?: "parse" | "literal" | undefined;
}

/** Turns text into tokens and back. */
export interface Tokenizer {
  /** Ids are in [0, vocabSize). */
  readonly vocabSize: number;
  /**
   * The special tokens by name, for example "<|im_end|>". `decode` leaves them out.
   * @defaultValue none
   */
  readonly specialTokens?: ReadonlyMap<string, TokenId> | undefined;
  /**
   * Returns the tokens of `text`, shape (n,), with the special tokens that the model expects around a text.
   * @throws InvalidOptionError for an unknown or invalid option.
   * @throws VocabularyMismatchError if the text contains an added token that the model has no row for.
   */
  encode(text: string, options?: EncodeOptions): Int32Array;
  /**
   * Returns the text of `tokens` without special tokens. Bytes that are not valid UTF-8, including those of a character that is cut at
   * either end, become U+FFFD.
   */
  decode(tokens: Int32Array): string;
  /**
   * Returns one token as it stands in the vocabulary, for display; special tokens by their names. A tokenizer's spelling of bytes and
   * spaces is undone ("Ġthe" and "▁the" are " the"), and bytes that are not whole characters are shown in hexadecimal ("<0xE2><0x82>").
   * Returns "" for an id without a token, as in a padded vocabulary.
   */
  tokenText(token: TokenId): string;
  /**
   * Returns the bytes that one token adds to a text after other text, shape (n,), so that the bytes of tokens in a row are the UTF-8 of
   * their text; the caller owns them. Returns undefined for a special token, which adds none, and for an id without a token. Decoding under
   * a grammar needs it. Absent if a token's text depends on its neighbours, as with WordPiece. @defaultValue absent
   */
  tokenBytes?(token: TokenId): Uint8Array<ArrayBuffer> | undefined;
}
