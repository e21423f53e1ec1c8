import { seededRandom } from "@decodekit/core";
import { topK } from "@decodekit/core/toolkit";
import { expect, test } from "vitest";
import { bestFirstTree } from "./best-first-tree.ts";

test.each([1, 2, 5, 9, 20])("contains the %i most likely paths", (budget) => {
  for (let seed = 0; seed < 20; seed++) {
    const random = seededRandom(seed);
    const rows = Array.from({ length: 3 }, () =>
      Array.from({ length: 4 }, () => Math.log(0.01 + random.uniform())).map((value) => value - 0.1),
    );
    const { tokens, parents } = bestFirstTree(
      rows.map((row) => topK(row, budget).map((token) => ({ token, logProbability: row[token]! }))),
      budget,
    );
    const scoreOf = (path: readonly number[]): number => path.reduce((sum, token, depth) => sum + rows[depth]![token]!, 0);
    const pathTo = (node: number): readonly number[] => (node < 0 ? [] : [...pathTo(parents[node]!), tokens[node]!]);
    const all: number[] = [];
    const visit = (path: readonly number[]): void => {
      if (path.length > 0) all.push(scoreOf(path));
      if (path.length < 3) for (let token = 0; token < 4; token++) visit([...path, token]);
    };
    visit([]);
    const expected = all.toSorted((a, b) => b - a).slice(0, budget);
    const actual = Array.from(tokens, (_, node) => scoreOf(pathTo(node)));
    expect(actual).toHaveLength(Math.min(budget, all.length));
    for (const [index, score] of actual.entries()) expect(score).toBeCloseTo(expected[index]!, 12);
    expect(new Set(Array.from(tokens, (_, node) => pathTo(node).join())).size).toBe(tokens.length);
  }
});
