import { describe, expect, test } from "vitest";
import { InvalidOptionError, LogitsError } from "../errors.ts";
import type { RandomSource } from "../random/random.ts";
import { type Branch, enumerateOutcomes } from "./enumerate-outcomes.ts";

async function branchesOf<Outcome>(run: (random: RandomSource) => Outcome): Promise<readonly Branch<Outcome>[]> {
  const branches: Branch<Outcome>[] = [];
  for await (const branch of enumerateOutcomes(async (random) => run(random))) branches.push(branch);
  return branches;
}

const total = (branches: readonly Branch<unknown>[]): number => branches.reduce((sum, { probability }) => sum + probability, 0);

describe("branches", () => {
  test("a run without draws is one branch", async () => {
    expect(await branchesOf(() => "only")).toEqual([{ outcome: "only", probability: 1 }]);
  });

  test("a draw branches into its values in ascending order, weights normalised", async () => {
    expect(await branchesOf((random) => random.categorical([1, 0, 3]))).toEqual([
      { outcome: 0, probability: 0.25 },
      { outcome: 2, probability: 0.75 },
    ]);
    expect(await branchesOf((random) => random.bernoulli(0.25))).toEqual([
      { outcome: false, probability: 0.75 },
      { outcome: true, probability: 0.25 },
    ]);
  });

  test.each([0, 1])("bernoulli(%d) does not branch", async (p) => {
    expect(await branchesOf((random) => random.bernoulli(p))).toEqual([{ outcome: p === 1, probability: 1 }]);
  });

  test("later draws may depend on earlier ones", async () => {
    const branches = await branchesOf((random) => (random.bernoulli(0.5) ? [random.categorical([1, 1])] : [9]));
    expect(branches).toEqual([
      { outcome: [9], probability: 0.5 },
      { outcome: [0], probability: 0.25 },
      { outcome: [1], probability: 0.25 },
    ]);
  });

  test("probabilities of thousands of branches sum to 1 within 1e-12", async () => {
    const weights = [0.1, 0.7, 0.05, 0.3, 0.2];
    const branches = await branchesOf((random) => Array.from({ length: 5 }, () => random.categorical(weights)));
    expect(branches).toHaveLength(5 ** 5);
    expect(Math.abs(total(branches) - 1)).toBeLessThan(1e-12);
  });
});

describe("forks", () => {
  test("with one key produce the same draws, with other keys independent ones", async () => {
    const same = await branchesOf((random) => [random.fork(3).bernoulli(0.5), random.fork(3).bernoulli(0.5)]);
    expect(same.map(({ outcome }) => outcome)).toEqual([
      [false, false],
      [true, true],
    ]);
    expect(total(same)).toBe(1);
    const other = await branchesOf((random) => [
      random.fork(3).bernoulli(0.5),
      random.fork(4).bernoulli(0.5),
      random.fork(3).fork(4).bernoulli(0.5),
    ]);
    expect(other).toHaveLength(8);
  });

  test("count their draws separately, regardless of other draws in between", async () => {
    const branches = await branchesOf((random) => {
      const fork = random.fork(1);
      const drawn = [fork.bernoulli(0.5), random.bernoulli(0.5), fork.bernoulli(0.5)];
      const again = random.fork(1);
      return drawn[0] === again.bernoulli(0.5) && drawn[2] === again.bernoulli(0.5);
    });
    expect(branches).toHaveLength(8);
    expect(branches.every(({ outcome }) => outcome)).toBe(true);
  });
});

describe("refusals", () => {
  test("uniform() cannot be enumerated", async () => {
    await expect(branchesOf((random) => random.uniform())).rejects.toThrow("uniform() cannot be enumerated");
  });

  test.each([
    { draw: (random: RandomSource) => random.bernoulli(1.5), error: InvalidOptionError },
    { draw: (random: RandomSource) => random.bernoulli(NaN), error: InvalidOptionError },
    { draw: (random: RandomSource) => random.categorical([0, 0]), error: LogitsError },
    { draw: (random: RandomSource) => random.categorical([-1, 2]), error: LogitsError },
    { draw: (random: RandomSource) => random.fork(-1), error: InvalidOptionError },
  ])("arguments out of range are errors: $draw", async ({ draw, error }) => {
    await expect(branchesOf<unknown>(draw)).rejects.toThrow(error);
  });

  test("randomness from another source is detected", async () => {
    let runs = 0;
    await expect(branchesOf((random) => random.categorical(runs++ === 0 ? [1, 1] : [1, 2]))).rejects.toThrow(
      "All randomness must come from the source",
    );
    let others = 0;
    await expect(branchesOf((random) => others++ === 0 && random.bernoulli(0.5) && random.bernoulli(0.5))).rejects.toThrow("drew 0 times");
  });

  test("one draw with two different sets of weights is refused", async () => {
    await expect(branchesOf((random) => [random.fork(1).bernoulli(0.5), random.fork(1).bernoulli(0.6)])).rejects.toThrow("draw 1/#0");
  });

  test("a tree with too many branches is an error", async () => {
    const branches = enumerateOutcomes(async (random) => Array.from({ length: 30 }, () => random.bernoulli(0.5)), { maxBranches: 100 });
    let visited = 0;
    await expect(
      (async () => {
        for await (const _ of branches) visited++;
      })(),
    ).rejects.toThrow("more than 100 branches");
    expect(visited).toBe(100);
  });
});
