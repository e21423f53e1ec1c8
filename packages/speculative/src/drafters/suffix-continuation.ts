import type { TokenId } from "@decodekit/core";
import { repetitionConfidence } from "./repetition-confidence.ts";
import type { SuffixTrie, TriePlace } from "./suffix-trie.ts";

/** A trie, and the position of the text's end in it. */
export interface KnownSuffixes {
  readonly trie: SuffixTrie;
  readonly place: TriePlace;
}

export interface ContinuationSettings {
  /** Minimum length of a context, the last tokens of the text, >= 1. */
  readonly minMatch: number;
  /** In [0, 1]. */
  readonly minProbability: number;
}

/** Likely tokens, and for each the estimated probability that it follows if those before it do. */
export interface Continuation {
  /** Shape (n,). */
  readonly tokens: Int32Array;
  /** Shape (n,). */
  readonly confidences: Float64Array;
}

/**
 * Returns at most `max` tokens that are likely to follow the text, choosing the most likely one at each step. Stops before the joint
 * probability falls below `minProbability`. `known` are the contexts of the text in one or more tries.
 *
 * The candidates are the tokens that most often followed one of the contexts of at least `minMatch` tokens, with the confidence that the
 * context gives them, see `repetitionConfidence`. Among equals the one after the longest context wins, then the one of the last trie.
 */
export function continuation(
  known: readonly KnownSuffixes[],
  max: number,
  { minMatch, minProbability }: ContinuationSettings,
): Continuation {
  const tokens: TokenId[] = [];
  const confidences: number[] = [];
  let probability = 1;
  for (let ends = known; tokens.length < max;) {
    const best = mostLikely(ends, minMatch);
    probability *= best?.confidence ?? 0;
    if (!best || probability < minProbability) break;
    const { token, confidence } = best;
    tokens.push(token);
    confidences.push(confidence);
    ends = ends.map(({ trie, place }) => ({ trie, place: trie.follow(place, token) }));
  }
  return { tokens: Int32Array.from(tokens), confidences: Float64Array.from(confidences) };
}

/** The most likely next token; undefined if no token followed a context of at least `minMatch` tokens. */
function mostLikely(
  ends: readonly KnownSuffixes[],
  minMatch: number,
): { readonly token: TokenId; readonly confidence: number } | undefined {
  const longest = Math.max(...ends.map(({ place }) => place.length));
  let best: ReturnType<typeof mostLikely>;
  for (let length = longest - 1; length >= minMatch; length--) {
    for (const { place } of ends.toReversed()) {
      const node = place[length];
      const token = node?.mostFrequent;
      if (token === undefined) continue;
      const confidence = repetitionConfidence(length, node!.childOf(token)!.count, node!.continued);
      if (!best || confidence > best.confidence) best = { token, confidence };
    }
  }
  return best;
}
