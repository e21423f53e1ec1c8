import { seededRandom } from "@decodekit/core";
import { describe, expect, test } from "vitest";
import { continuation, type ContinuationSettings, type KnownSuffixes } from "./suffix-continuation.ts";
import { suffixTrie } from "./suffix-trie.ts";

const settings = { minMatch: 1, minProbability: 0 };

/** The position of the last text's end in a trie of all texts. */
function endOf(depth: number, texts: readonly (readonly number[])[]): KnownSuffixes {
  const trie = suffixTrie(depth);
  let place = trie.start;
  for (const text of texts) {
    place = trie.start;
    for (const token of text) place = trie.learn(place, token);
  }
  return { trie, place };
}

function goOn(depth: number, texts: readonly (readonly number[])[], max: number, how: ContinuationSettings = settings): number[] {
  return [...continuation([endOf(depth, texts)], max, how).tokens];
}

type Followers = ReadonlyMap<number, number>;

/** The tokens that followed `end` in the texts, with counts; and the most frequent one, among equals the first to reach its count. */
function followersOf(texts: readonly (readonly number[])[], end: readonly number[]): { counts: Followers; first: number | undefined } {
  const counts = new Map<number, number>();
  let first: number | undefined;
  for (const other of texts) {
    for (let place = end.length; place < other.length; place++) {
      if (other.slice(place - end.length, place).join() !== end.join()) continue;
      const token = other[place]!;
      counts.set(token, (counts.get(token) ?? 0) + 1);
      if (first === undefined || counts.get(token)! > counts.get(first)!) first = token;
    }
  }
  return { counts, first };
}

/** Right guesses after matches of 1, 2, … tokens, as `repetitionConfidence` has them. */
const SHARES = [0.2, 0.48, 0.58, 0.75, 0.78, 0.78, 0.8, 0.8];

/** The definition, computed by counting in the texts. */
function slowContinuation(texts: readonly (readonly number[])[], depth: number, max: number, minProbability: number): readonly number[] {
  const path: number[] = [];
  for (let product = 1; path.length < max;) {
    const text = [...texts.at(-1)!, ...path];
    const lengths = Array.from({ length: Math.min(depth - 1, text.length) }, (_, index) => index + 1);
    const followers = lengths.map((length) => followersOf(texts, text.slice(text.length - length)));
    let best: { readonly token: number; readonly probability: number } | undefined;
    for (const [index, { counts, first }] of followers.map((each, length) => [length, each] as const).toReversed()) {
      if (first === undefined) continue;
      const all = [...counts.values()].reduce((sum, count) => sum + count, 0);
      const probability = (counts.get(first)! - 1 + SHARES[index]!) / all;
      if (!best || probability > best.probability) best = { token: first, probability };
    }
    if (!best || (product *= best.probability) < minProbability) break;
    path.push(best.token);
  }
  return path;
}

describe("continuation", () => {
  test("continues as contexts of the text continued before", () => {
    expect(goOn(8, [[1, 2, 3, 9, 2, 4, 2, 4, 1, 2]], 3)).toEqual([3, 9, 2]);
    expect(goOn(2, [[1, 2, 3, 9, 2, 4, 2, 4, 1, 2]], 3)).toEqual([4, 2, 4]);
  });

  test("stops before the path becomes unlikely, and proposes nothing after a new token", () => {
    const text = [1, 2, 1, 3, 1];
    // After 1 came 2 and 3, once each: half of the 0.2 of a match of one token.
    expect(goOn(4, [text], 4, { minMatch: 1, minProbability: 0.11 })).toEqual([]);
    expect(goOn(4, [text], 1, { minMatch: 1, minProbability: 0.09 })).toEqual([2]);
    expect(goOn(4, [text], 4, { minMatch: 2, minProbability: 0 })).toEqual([]);
    expect(goOn(4, [[...text, 7]], 4)).toEqual([]);
  });

  test("does not match across two texts", () => {
    expect(
      goOn(
        4,
        [
          [1, 2],
          [3, 2],
        ],
        2,
      ),
    ).toEqual([]);
    expect(goOn(4, [[1, 2, 5], [2]], 2)).toEqual([5]);
  });

  test("takes the most confident token of several tries: by count, then by the length of the match, then from the last trie", () => {
    const corpus = endOf(4, [
      [1, 2, 5],
      [1, 2, 5],
      [1, 2],
    ]);
    const own = endOf(4, [[1, 2, 6, 9, 1, 2]]);
    const after = (...known: KnownSuffixes[]): unknown => continuation(known, 1, settings);
    // 5 followed "1 2" twice, 6 once.
    expect(after(corpus, own)).toEqual({ tokens: Int32Array.of(5), confidences: Float64Array.of((2 - 1 + 0.48) / 2) });
    expect(after(endOf(4, [[1, 2, 5, 0, 1, 2]]), own)).toEqual({ tokens: Int32Array.of(6), confidences: Float64Array.of(0.48) });
    expect(after(endOf(2, [[1, 2, 5, 0, 1, 2]]), own)).toEqual({ tokens: Int32Array.of(6), confidences: Float64Array.of(0.48) });
  });

  test("gives each token the confidence of the match that ends before it", () => {
    const { tokens, confidences } = continuation([endOf(9, [[1, 2, 3, 4, 5, 9, 1, 2]])], 3, settings);
    expect([[...tokens], [...confidences]]).toEqual([
      [3, 4, 5],
      [0.48, 0.58, 0.75],
    ]);
  });

  test.each([2, 3, 5, 9])("equals its definition, with depth %i", (depth) => {
    for (let seed = 0; seed < 20; seed++) {
      const random = seededRandom(seed);
      const texts = [12, 30].map((length) => Array.from({ length }, () => random.categorical([3, 2, 1])));
      for (const minProbability of [0, 0.2]) {
        const expected = slowContinuation(texts, depth, 6, minProbability);
        expect(goOn(depth, texts, 6, { minMatch: 1, minProbability })).toEqual(expected);
      }
    }
  });
});
