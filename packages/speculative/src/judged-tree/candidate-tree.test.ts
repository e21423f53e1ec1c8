import { seededRandom } from "@decodekit/core";
import { describe, expect, test } from "vitest";
import { growTree, type TreeLimits, type TreeSources } from "./candidate-tree.ts";

const nothing: TreeSources = {
  successors: { after: () => [], learn: () => undefined },
  copy: { place: -1, at: () => 0, rate: 0.5 },
  copyEnd: 0,
  excluded: new Set(),
};
const many: TreeLimits = { nodes: 100, depth: 100, rowCost: 0 };

/** Successors by token, as [token, probability]. */
const after = (table: Readonly<Record<number, readonly (readonly [number, number])[]>>): TreeSources["successors"] => ({
  after: (_, token) => (table[token] ?? []).map(([next, probability]) => ({ token: next, logProbability: Math.log(probability) })),
  learn: () => undefined,
});

/** A copy that continues with `tokens` at position `place`. */
const copyOf = (tokens: readonly number[], place: number, rate: number): Pick<TreeSources, "copy" | "copyEnd"> => ({
  copy: { place, at: (index) => tokens[index]!, rate },
  copyEnd: tokens.length,
});

/** The paths of a tree, each as the tokens down to its node. */
function pathsOf({ tokens, parents }: ReturnType<typeof growTree>): string[] {
  const pathTo = (node: number): readonly number[] => (node < 0 ? [] : [...pathTo(parents[node]!), tokens[node]!]);
  return Array.from(tokens, (_, node) => pathTo(node).join(" "));
}

describe("a tree", () => {
  test("is only its root if nothing is known", () => {
    expect(growTree(-1, 7, nothing, many)).toEqual({
      tokens: Int32Array.of(7),
      parents: Int32Array.of(-1),
      probabilities: Float64Array.of(1),
    });
  });

  test("grows from the most likely path, the first among equals, up to the limits of nodes and depth", () => {
    const successors = after({
      0: [
        [1, 0.6],
        [2, 0.4],
      ],
      1: [
        [3, 0.5],
        [4, 0.5],
      ],
      2: [[5, 0.9]],
    });
    const grown = (limits: Partial<TreeLimits>): string[] =>
      pathsOf(growTree(-1, 0, { ...nothing, successors, ...copyOf([], -1, 0) }, { ...many, ...limits }));
    // Without a copy its rate does not count: 0.6, 0.4, 0.4 · 0.9 = 0.36, 0.6 · 0.5 twice.
    expect(grown(many)).toEqual(["0", "0 1", "0 2", "0 2 5", "0 1 3", "0 1 4"]);
    expect(grown({ nodes: 3, depth: 9 })).toEqual(["0", "0 1", "0 2", "0 2 5"]);
    expect(grown({ nodes: 9, depth: 1 })).toEqual(["0", "0 1", "0 2"]);
    expect(grown({ nodes: 0, depth: 9 })).toEqual(["0"]);
  });

  test("looks up the successors of the token with the token before it", () => {
    const asked: string[] = [];
    const successors: TreeSources["successors"] = {
      after(previous, token) {
        asked.push(`${previous} ${token}`);
        return token < 3 ? [{ token: token + 1, logProbability: 0 }] : [];
      },
      learn: () => undefined,
    };
    growTree(9, 1, { ...nothing, successors }, many);
    expect(asked).toEqual(["9 1", "1 2", "2 3"]);
  });

  test("contains a copy up to the end of the text, and adds its rate to a successor with the same token", () => {
    const sources = { ...nothing, ...copyOf([4, 5, 6], 1, 0.5) };
    expect(pathsOf(growTree(-1, 0, sources, many))).toEqual(["0", "0 5", "0 5 6"]);
    // 0.5 + 0.5 · 0.3 for token 5, which is added once; 0.5 · 0.7 for token 8, after which the copy continues nevertheless.
    const successors = after({
      0: [
        [8, 0.7],
        [5, 0.3],
      ],
    });
    expect(pathsOf(growTree(-1, 0, { ...sources, successors }, many))).toEqual(["0", "0 5", "0 8", "0 5 6", "0 8 6"]);
    expect(pathsOf(growTree(-1, 0, { ...nothing, ...copyOf([4, 5], 0, 0.5) }, many))).toEqual(["0", "0 4", "0 4 5"]);
    expect(pathsOf(growTree(-1, 0, { ...nothing, ...copyOf([4, 5], 2, 0.5) }, many))).toEqual(["0"]);
  });

  test("contains no excluded token, copied or not", () => {
    const successors = after({
      0: [
        [1, 0.5],
        [2, 0.5],
      ],
    });
    const sources = { ...nothing, successors, ...copyOf([1, 3], 0, 0.5), excluded: new Set([1]) };
    expect(pathsOf(growTree(-1, 0, sources, many))).toEqual(["0", "0 2", "0 2 3"]);
  });
});

test.each([0, 1, 2, 3, 4, 5])("contains the most likely paths, seed %d", (seed) => {
  const random = seededRandom(seed);
  const tokens = 5;
  const table = Array.from({ length: tokens }, () => Array.from({ length: tokens }, () => 0.05 + random.uniform()));
  const probabilities = table.map((row) => row.map((weight) => weight / row.reduce((sum, each) => sum + each, 0)));
  const successors = after(
    Object.fromEntries(
      probabilities.map((row, token) => [token, row.map((p, next) => [next, p] as const).toSorted((a, b) => b[1] - a[1])]),
    ),
  );
  const copied = Array.from({ length: 4 }, () => Math.floor(tokens * random.uniform()));
  const rate = 0.4;
  const sources = { ...nothing, successors, ...copyOf(copied, 1, rate), excluded: new Set([3]) };
  const depth = 3;
  const scores = new Map<string, number>();
  // Every path, its probability, and where the copy is after it: a path stays on the copy with any token.
  const visit = (path: readonly number[], probability: number, place: number): void => {
    scores.set(path.join(" "), probability);
    if (path.length > depth) return;
    const isCopying = place < copied.length;
    for (let token = 0; token < tokens; token++) {
      if (token === 3) continue;
      const share = isCopying ? rate : 0;
      const p = (1 - share) * probabilities[path.at(-1)!]![token]! + (isCopying && copied[place] === token ? rate : 0);
      visit([...path, token], probability * p, isCopying ? place + 1 : Infinity);
    }
  };
  visit([0], 1, 1);
  for (const nodes of [1, 6, 20]) {
    const expected = [...scores]
      .toSorted((a, b) => b[1] - a[1])
      .slice(0, nodes + 1)
      .map(([path]) => path);
    expect(pathsOf(growTree(-1, 0, sources, { nodes, depth, rowCost: 0 })).toSorted()).toEqual(expected.toSorted());
  }
});

test.each([0.01, 0.05, 0.2, 0.5])("has the most expected tokens for the time of its pass, if a row costs %d", (rowCost) => {
  for (let seed = 0; seed < 6; seed++) {
    const random = seededRandom(seed);
    const table = Array.from({ length: 6 }, () => Array.from({ length: 6 }, () => random.uniform() ** 4));
    const successors = after(
      Object.fromEntries(
        table.map((row, token) => [token, row.map((each, next) => [next, each / row.reduce((sum, one) => sum + one, 0)] as const)]),
      ),
    );
    const sources = { ...nothing, successors };
    const probabilityOf = (path: readonly number[]): number =>
      path.slice(1).reduce((product, token, index) => {
        const found = successors.after(-1, path[index]!).find((each) => each.token === token)!;
        return product * Math.exp(found.logProbability);
      }, 1);
    const valueOf = (tree: ReturnType<typeof growTree>): number => {
      const expected = pathsOf(tree).reduce((sum, path) => sum + probabilityOf(path.split(" ").map(Number)), 0);
      return expected / (1 + rowCost * (tree.tokens.length - 1));
    };
    const sizes = Array.from({ length: 100 }, (_, nodes) => valueOf(growTree(-1, 0, sources, { ...many, nodes })));
    expect(valueOf(growTree(-1, 0, sources, { ...many, rowCost }))).toBeCloseTo(Math.max(...sizes), 12);
  }
});
