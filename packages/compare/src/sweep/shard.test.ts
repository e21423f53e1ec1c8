import { expect, test } from "vitest";
import { digestOf } from "./digest.ts";
import { isInShard, readShard } from "./shard.ts";

test("every cell is in exactly one of n shards, for every n, and shards are about equal", () => {
  const keys = Array.from({ length: 2000 }, (_, cell) => `c${digestOf(cell)}`);
  for (const count of [1, 2, 3, 7, 8, 100]) {
    const shards = Array.from({ length: count }, (_, index) => keys.filter((key) => isInShard(key, { index: index + 1, count })));
    expect(shards.flat().toSorted()).toEqual([...keys].toSorted());
    // Five standard deviations of a binomial number.
    const spread = 5 * Math.sqrt((keys.length / count) * (1 - 1 / count));
    for (const shard of shards) expect(Math.abs(shard.length - keys.length / count)).toBeLessThanOrEqual(spread);
  }
});

test("a shard is written i/n", () => {
  expect(readShard("3/8")).toEqual({ index: 3, count: 8 });
  expect(readShard("1/1")).toEqual({ index: 1, count: 1 });
  for (const text of ["", "3", "0/8", "9/8", "1/0", "-1/8", "1.5/8", "1/8/2", "1/1000000"])
    expect(() => readShard(text), text).toThrow("i/n");
});
