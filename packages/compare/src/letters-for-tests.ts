import type { LanguageModel, Tokenizer } from "@decodekit/core";
import type { TestModel } from "@decodekit/core/testing";

/** One token per letter: a is 0, b is 1, … */
function letters(vocabSize: number): Tokenizer {
  return {
    vocabSize,
    encode: (text) => Int32Array.from(text, (letter) => letter.charCodeAt(0) - 97),
    decode: (tokens) => String.fromCharCode(...Array.from(tokens, (token) => token + 97)),
    tokenText: (token) => String.fromCharCode(token + 97),
  };
}

/** A model of letters. */
export function languageModel(causal: TestModel, stopTokens: readonly number[] = []): LanguageModel & { readonly causal: TestModel } {
  return { name: "letters", tokenizer: letters(causal.vocabSize), causal, stopTokens };
}
