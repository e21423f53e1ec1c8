import { type Drafter, InvalidOptionError, objectOption, type OptionDefinition, resolveOptions } from "@decodekit/core";
import { continuation, type KnownSuffixes } from "./suffix-continuation.ts";
import { type SuffixTrie, suffixTrie, type TriePlace } from "./suffix-trie.ts";

export interface SuffixOptions {
  /** Maximum length of the sequence's end to look up, in tokens, an integer >= 1. @defaultValue 16 */
  readonly maxMatch?: number | undefined;
  /** Minimum length of the sequence's end to look up, an integer in [1, maxMatch]. @defaultValue 1 */
  readonly minMatch?: number | undefined;
  /**
   * Minimum probability of the whole draft, estimated from earlier counts, in [0, 1]. Use at least the relative cost of one more token in
   * a pass. It does not apply to a decoder that verifies only what pays off, as with `draftLength: "auto"`. @defaultValue 0.2
   */
  readonly minProbability?: number | undefined;
  /** Tokenized texts that the model is likely to repeat, such as earlier outputs. @defaultValue [] */
  readonly corpus?: readonly Int32Array[] | undefined;
}

const OPTIONS = {
  maxMatch: { type: "integer", help: "Maximum length of the sequence's end to look up", default: 16, minimum: 1 },
  minMatch: { type: "integer", help: "Minimum length of the sequence's end to look up, at most maxMatch", default: 1, minimum: 1 },
  minProbability: { type: "number", help: "Minimum probability of the whole draft", default: 0.2, minimum: 0, maximum: 1 },
  corpus: objectOption("an array of Int32Array", (value) => {
    return Array.isArray(value) && value.every((text) => text instanceof Int32Array);
  }),
} as const satisfies Readonly<Record<keyof SuffixOptions, OptionDefinition>>;

/** Tokens that are less likely than this together are not worth verifying at any cost. */
const MIN_USEFUL_PROBABILITY = 0.02;

/**
 * Creates a drafter that looks up the end of the sequence in a trie of prompt, output and corpus, and proposes the tokens that most
 * often followed, as long as they are likely enough. When nothing is likely, the draft is short or empty. Oliaro et al. 2024,
 * "SuffixDecoding", in path mode.
 *
 * The trie of the corpus is built in the first decode, in time proportional to corpus · maxMatch, and used in all later ones.
 * @throws InvalidOptionError for an invalid option.
 */
export function suffix(options: SuffixOptions = {}): Drafter<never> {
  const { maxMatch, minMatch, minProbability, corpus = [] } = resolveOptions("suffix", options, OPTIONS);
  if (minMatch > maxMatch) {
    throw new InvalidOptionError({ where: "suffix", option: "minMatch", expected: `at most maxMatch, ${maxMatch}`, actual: minMatch });
  }
  let corpusTrie: SuffixTrie | undefined;
  return {
    name: "suffix",
    requires: [],
    draftKind: "tokens",
    confidences: "all",
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
      // Added on the next request, so that a drafter that is rarely asked costs nothing.
      let unread: Int32Array[] = [prompt];
      return {
        observe: ({ tokens }) => void unread.push(tokens),
        async propose({ max, maxConfident }) {
          for (const tokens of unread) append(tokens);
          unread = [];
          const cutLater = maxConfident !== undefined;
          const settings = { minMatch, minProbability: cutLater ? MIN_USEFUL_PROBABILITY : minProbability };
          const { tokens, confidences } = continuation(ends, maxConfident ?? max, settings);
          const unknown = tokens.findIndex((token) => token < 0 || token >= vocabSize);
          const known = unknown < 0 ? tokens.length : unknown;
          return { tokens: tokens.subarray(0, known), confidences: confidences.subarray(0, known) };
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
