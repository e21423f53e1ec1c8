import { VocabularyMismatchError } from "../errors.ts";
import type { Tokenizer } from "../contracts/tokenizer.ts";
import type { MarkingTokenizer } from "./hugging-face-tokenizer.ts";

/**
 * Returns the tokenizer for a model of `vocabSize` rows. Added tokens beyond them, as for the images of a larger model, are no special
 * tokens of the model, and encoding one throws a VocabularyMismatchError.
 */
export function usableTokenizer<T extends Tokenizer | MarkingTokenizer>(tokenizer: T, vocabSize: number): T {
  if (tokenizer.vocabSize <= vocabSize) return tokenizer;
  const check = (tokens: Int32Array): Int32Array => {
    const unknown = tokens.find((token) => token >= vocabSize);
    if (unknown === undefined) return tokens;
    const name = JSON.stringify(tokenizer.tokenText(unknown));
    throw new VocabularyMismatchError(
      { model: vocabSize, tokenizer: tokenizer.vocabSize },
      `The text contains the token ${name} (${unknown}), which the model does not know. Leave it out, or encode with specialTokens "literal".`,
    );
  };
  return {
    ...tokenizer,
    vocabSize,
    specialTokens: new Map([...(tokenizer.specialTokens ?? [])].filter(([, id]) => id < vocabSize)),
    encode: (text, options) => check(tokenizer.encode(text, options)),
    ...("encodeMarked" in tokenizer &&
      ({
        encodeMarked: (text, marks) => check(tokenizer.encodeMarked(text, marks)),
      } satisfies Partial<MarkingTokenizer>)),
  };
}
