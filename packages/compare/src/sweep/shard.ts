import { InvalidOptionError } from "@decodekit/core";

/** A part of a plan's cells, for one of several machines. */
export interface Shard {
  /** From 1 to `count`. */
  readonly index: number;
  readonly count: number;
}

const MAXIMUM = 100_000;

/** Reads "3/8". @throws InvalidOptionError for another text. */
export function readShard(text: string): Shard {
  const [, index = NaN, count = NaN] = (/^(\d{1,6})\/(\d{1,6})$/.exec(text) ?? []).map(Number);
  if (index >= 1 && index <= count && count <= MAXIMUM) return { index, count };
  throw new InvalidOptionError({
    where: "compare",
    option: "shard",
    expected: `i/n, the i-th of n parts, with 1 <= i <= n <= ${MAXIMUM}`,
    actual: text,
  });
}

/** Whether the cell with this key belongs to the shard. It depends on nothing but the key: every cell is in exactly one of the `count` shards. */
export function isInShard(key: string, { index, count }: Shard): boolean {
  return Number.parseInt(key.slice(1, 13), 16) % count === index - 1;
}
