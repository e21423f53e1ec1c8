import type { EncodeOptions, Tokenizer } from "../contracts/tokenizer.ts";
import { concatTokens } from "../tokens/concat-tokens.ts";

/** The special tokens that a tokenizer adds around a text, such as [CLS] and [SEP]. Both are empty if it adds none. */
export interface TextEnds {
  readonly begin: Int32Array;
  readonly end: Int32Array;
}

/** Short texts, at least one of which is a token of any vocabulary. */
const SAMPLES = ["a", "the", "1", "日"];

/** Finds the tokens that `tokenizer` adds around a text, from a short one with and without them. */
export function textEndsOf(tokenizer: Tokenizer): TextEnds {
  for (const sample of SAMPLES) {
    const plain = tokenizer.encode(sample, { addSpecialTokens: false });
    const whole = tokenizer.encode(sample);
    if (plain.length === 0) continue;
    for (let begin = 0; begin + plain.length <= whole.length; begin++) {
      if (plain.every((token, index) => whole[begin + index] === token))
        return { begin: whole.slice(0, begin), end: whole.slice(begin + plain.length) };
    }
  }
  return { begin: new Int32Array(), end: new Int32Array() };
}

/** Returns the tokenizer without the tokens that end a text, so that a canvas can continue what it encodes. */
export function withoutEnd<Each extends Tokenizer>(tokenizer: Each, { begin, end }: TextEnds): Each {
  if (end.length === 0) return tokenizer;
  const encode = (text: string, options: EncodeOptions = {}): Int32Array => {
    const tokens = tokenizer.encode(text, { ...options, addSpecialTokens: false });
    return options.addSpecialTokens === false ? tokens : concatTokens(begin, tokens);
  };
  return { ...tokenizer, encode };
}

/** Returns whether `tokens` begins with `first`. */
export function beginsWith(tokens: Int32Array, first: Int32Array): boolean {
  return tokens.length >= first.length && first.every((token, index) => tokens[index] === token);
}
