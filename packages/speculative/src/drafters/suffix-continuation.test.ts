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
  return [...continuation([endOf(depth, texts)], max, how)];
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

/** The definition, computed by counting in the texts. */
function slowContinuation(texts: readonly (readonly number[])[], depth: number, max: number, minProbability: number): readonly number[] {
  const path: number[] = [];
  for (let product = 1; path.length < max;) {
    const text = [...texts.at(-1)!, ...path];
    const lengths = Array.from({ length: Math.min(depth - 1, text.length) }, (_, index) => index + 1);
    const followers = lengths.map((length) => followersOf(texts, text.slice(text.length - length)));
    const probabilityOf = (token: number, length: number): number => {
      if (length === 0) return 0;
      const { counts } = followers[length - 1]!;
      const continued = [...counts.values()].reduce((sum, count) => sum + count, 0);
      if (continued === 0) return probabilityOf(token, length - 1);
      const weight = continued / (continued + counts.size);
      return (weight * (counts.get(token) ?? 0)) / continued + (1 - weight) * probabilityOf(token, length - 1);
    };
    let best: { readonly token: number; readonly probability: number } | undefined;
    for (const { first } of followers.toReversed()) {
      if (first === undefined) continue;
      const probability = probabilityOf(first, lengths.length);
      if (!best || probability > best.probability + 1e-12) best = { token: first, probability };
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
    // After 1 came 2 and 3, once each: λ is 1/2, the probability 1/4.
    expect(goOn(4, [text], 4, { minMatch: 1, minProbability: 0.3 })).toEqual([]);
    expect(goOn(4, [text], 1, { minMatch: 1, minProbability: 0.25 })).toEqual([2]);
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

  test("weighs the text itself more than another trie at the same length", () => {
    const corpus = endOf(4, [
      [1, 2, 5],
      [1, 2, 5],
      [1, 2],
    ]);
    const own = endOf(4, [[1, 2, 6, 9, 1, 2]]);
    // P(5), P(6) after 2 in the corpus: 2/3, 0; in the text: 1/3, 1/2; after 1 2 in the corpus: 7/9, 1/6; in the text: 7/18, 7/12.
    expect([...continuation([corpus, own], 1, { minMatch: 1, minProbability: 0.58 })]).toEqual([6]);
    expect([...continuation([corpus], 1, { minMatch: 1, minProbability: 0.88 })]).toEqual([5]);
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
