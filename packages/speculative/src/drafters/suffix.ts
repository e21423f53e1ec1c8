import { checkOptions, type Drafter, integerBetween, InvalidOptionError, numberBetween, type OptionCheck } from "@decodekit/core";
import { suffixTrie } from "./suffix-trie.ts";

export interface SuffixOptions {
  /** Most tokens at the end of the sequence to look at, an integer >= 1. @defaultValue 16 */
  readonly maxMatch?: number | undefined;
  /** Fewest, an integer in [1, maxMatch]. @defaultValue 1 */
  readonly minMatch?: number | undefined;
  /** How likely the whole draft must be, going by how often its tokens followed before, in [0, 1]. @defaultValue 0.1 */
  readonly minProbability?: number | undefined;
  /** Earlier outputs, or whatever else the model is likely to repeat, as tokens. @defaultValue [] */
  readonly corpus?: readonly Int32Array[] | undefined;
}

const checks: Readonly<Record<keyof SuffixOptions, OptionCheck>> = {
  maxMatch: integerBetween(1),
  minMatch: integerBetween(1),
  minProbability: numberBetween(0, 1),
  corpus: {
    expected: "an array of Int32Array",
    accepts: (value) => Array.isArray(value) && value.every((text) => text instanceof Int32Array),
  },
};

/**
 * Makes the drafter that looks up the end of the sequence in a tree of everything that prompt, output and corpus have said,
 * and proposes what followed most often, for as long as that is likely. It knows when it has no idea, and then proposes
 * little or nothing. Oliaro et al. 2024, "SuffixDecoding", in path mode.
 *
 * The tree is built anew in every decode, which takes time in proportion to (prompt + corpus) · maxMatch.
 * @throws InvalidOptionError for an option that is wrong.
 */
export function suffix(options: SuffixOptions = {}): Drafter<never> {
  checkOptions("suffix", options, checks);
  const { maxMatch = 16, minMatch = 1, minProbability = 0.1, corpus = [] } = options;
  if (minMatch > maxMatch) {
    throw new InvalidOptionError({ where: "suffix", option: "minMatch", expected: `at most maxMatch, ${maxMatch}`, actual: minMatch });
  }
  return {
    name: "suffix",
    requires: [],
    gives: "tokens",
    start: async ({ prompt, vocabSize }) => {
      const trie = suffixTrie(maxMatch + 1);
      for (const text of corpus) {
        trie.beginText();
        trie.append(text.filter((token) => token >= 0 && token < vocabSize));
      }
      trie.beginText();
      trie.append(prompt);
      return {
        observe: ({ tokens }) => trie.append(tokens),
        propose: async ({ max }) => ({ tokens: trie.continuation(max, { minMatch, minProbability }) }),
      };
    },
  };
}
