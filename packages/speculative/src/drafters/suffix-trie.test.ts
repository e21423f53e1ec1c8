import { seededRandom } from "@decodekit/core";
import { describe, expect, test } from "vitest";
import { suffixTrie } from "./suffix-trie.ts";

const settings = { minMatch: 1, minProbability: 0 };
const trieOf = (depth: number, ...texts: readonly (readonly number[])[]) => {
  const trie = suffixTrie(depth);
  for (const text of texts) {
    trie.beginText();
    trie.append(text);
  }
  return trie;
};

/** The definition, by counting in the texts. */
function slowContinuation(texts: readonly (readonly number[])[], depth: number, max: number, minProbability: number): readonly number[] {
  const path: number[] = [];
  for (let probability = 1; path.length < max;) {
    const text = [...texts.at(-1)!, ...path];
    let best: { readonly token: number; readonly count: number; readonly total: number } | undefined;
    for (let length = Math.min(depth - 1, text.length); length >= 1 && !best; length--) {
      const followers = new Map<number, number>();
      for (const other of texts) {
        for (let end = length; end < other.length; end++) {
          if (other.slice(end - length, end).join() !== text.slice(text.length - length).join()) continue;
          followers.set(other[end]!, (followers.get(other[end]!) ?? 0) + 1);
        }
      }
      const total = [...followers.values()].reduce((sum, count) => sum + count, 0);
      for (const [token, count] of followers) if (!best || count > best.count) best = { token, count, total };
    }
    if (!best || (probability *= best.count / best.total) < minProbability) break;
    path.push(best.token);
  }
  return path;
}

describe("suffixTrie", () => {
  test("goes on as the longest end went on before, most frequent first", () => {
    expect([...trieOf(8, [1, 2, 3, 9, 2, 4, 2, 4, 1, 2]).continuation(3, settings)]).toEqual([3, 9, 2]);
    expect([...trieOf(2, [1, 2, 3, 9, 2, 4, 2, 4, 1, 2]).continuation(3, settings)]).toEqual([4, 2, 4]);
  });

  test("stops before the path becomes unlikely, and has no idea after a new token", () => {
    const trie = trieOf(4, [1, 2, 1, 3, 1]);
    expect([...trie.continuation(4, { minMatch: 1, minProbability: 0.6 })]).toEqual([]);
    expect([...trie.continuation(4, { minMatch: 1, minProbability: 0.5 })]).toEqual([2, 1, 3, 1]);
    expect([...trie.continuation(4, { minMatch: 2, minProbability: 0 })]).toEqual([]);
    trie.append([7]);
    expect([...trie.continuation(4, settings)]).toEqual([]);
  });

  test("does not look across the border of two texts", () => {
    expect([...trieOf(4, [1, 2], [3, 2]).continuation(2, settings)]).toEqual([]);
    expect([...trieOf(4, [1, 2, 5], [2]).continuation(2, settings)]).toEqual([5]);
  });

  test.each([2, 3, 5, 9])("is its definition, with depth %i, and grown token by token is what it is at once", (depth) => {
    for (let seed = 0; seed < 20; seed++) {
      const random = seededRandom(seed);
      const texts = [12, 30].map((length) => Array.from({ length }, () => random.categorical([3, 2, 1])));
      const grown = suffixTrie(depth);
      for (const text of texts) {
        grown.beginText();
        for (const token of text) {
          grown.append([token]);
          grown.continuation(3, settings);
        }
      }
      for (const minProbability of [0, 0.2]) {
        const expected = slowContinuation(texts, depth, 6, minProbability);
        expect([...trieOf(depth, ...texts).continuation(6, { minMatch: 1, minProbability })]).toEqual(expected);
        expect([...grown.continuation(6, { minMatch: 1, minProbability })]).toEqual(expected);
      }
    }
  });
});
