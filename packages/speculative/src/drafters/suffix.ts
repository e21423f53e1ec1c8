import { checkOptions, type Drafter, integerBetween, InvalidOptionError, numberBetween, type OptionCheck } from "@decodekit/core";
import { continuation, type KnownSuffixes } from "./suffix-continuation.ts";
import { type SuffixTrie, suffixTrie, type TriePlace } from "./suffix-trie.ts";

export interface SuffixOptions {
  /** Most tokens at the end of the sequence to look at, an integer >= 1. @defaultValue 16 */
  readonly maxMatch?: number | undefined;
  /** Fewest, an integer in [1, maxMatch]. @defaultValue 1 */
  readonly minMatch?: number | undefined;
  /** How likely the whole draft must be, going by what followed before, in [0, 1]: about what one more token costs in a pass, or more. @defaultValue 0.5 */
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
 * The tree of the corpus is built in the first decode, which takes time in proportion to corpus · maxMatch, and used in all.
 * @throws InvalidOptionError for an option that is wrong.
 */
export function suffix(options: SuffixOptions = {}): Drafter<never> {
  checkOptions("suffix", options, checks);
  const { maxMatch = 16, minMatch = 1, minProbability = 0.5, corpus = [] } = options;
  if (minMatch > maxMatch) {
    throw new InvalidOptionError({ where: "suffix", option: "minMatch", expected: `at most maxMatch, ${maxMatch}`, actual: minMatch });
  }
  const settings = { minMatch, minProbability };
  let corpusTrie: SuffixTrie | undefined;
  return {
    name: "suffix",
    requires: [],
    gives: "tokens",
    start: async ({ prompt, vocabSize }) => {
      corpusTrie ??= trieOf(corpus, maxMatch);
      const own = suffixTrie(maxMatch + 1);
      let ends: readonly KnownSuffixes[] = [
        { trie: corpusTrie, place: corpusTrie.start },
        { trie: own, place: own.start },
      ];
      const append = (tokens: Int32Array): void => {
        for (const token of tokens)
          ends = ends.map(({ trie, place }) => ({ trie, place: trie === own ? trie.learn(place, token) : trie.follow(place, token) }));
      };
      // Learned when asked for: one that is hardly ever asked should cost nothing.
      let unread: Int32Array[] = [prompt];
      return {
        observe: ({ tokens }) => void unread.push(tokens),
        async propose({ max }) {
          for (const tokens of unread) append(tokens);
          unread = [];
          const tokens = continuation(ends, max, settings);
          const unknown = tokens.findIndex((token) => token < 0 || token >= vocabSize);
          return { tokens: unknown < 0 ? tokens : tokens.subarray(0, unknown) };
        },
      };
    },
  };
}

function trieOf(texts: readonly Int32Array[], maxMatch: number): SuffixTrie {
  const trie = suffixTrie(maxMatch + 1);
  for (const text of texts) {
    let place: TriePlace = trie.start;
    for (const token of text) place = trie.learn(place, token);
  }
  return trie;
}
