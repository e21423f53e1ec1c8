import { expect, test } from "vitest";
import { seededRandom } from "../../random/random.ts";
import { evaluateSize } from "./evaluate-size-for-tests.ts";
import { difference, namedSize, product, quotient, type Size, sum } from "./sizes.ts";

const VALUES: Readonly<Record<string, number>> = { a: 5, b: 7, c: 11 };
const valueOf = (size: Size): number => evaluateSize(size, (name) => VALUES[name]!);

/** 300 pairs of lists of one to five sizes. */
function lists(): readonly (readonly [Size[], Size[]])[] {
  const random = seededRandom(7);
  const below = (limit: number): number => Math.floor(random.uniform() * limit);
  const size = (): Size => (below(2) === 0 ? 1 + below(9) : "abc"[below(3)]!);
  const list = (): Size[] => Array.from({ length: 1 + below(5) }, size);
  return Array.from({ length: 300 }, () => [list(), list()] as const);
}

test("sums and products are the same in any order, and have the value of their formula", () => {
  for (const [terms] of lists()) {
    expect(sum(terms.toReversed())).toBe(sum(terms));
    expect(product(terms.toReversed())).toBe(product(terms));
    expect(valueOf(sum(terms))).toBe(terms.map(valueOf).reduce((a, b) => a + b));
    expect(valueOf(product(terms))).toBe(terms.map(valueOf).reduce((a, b) => a * b));
  }
});

test("differences and quotients undo them", () => {
  for (const [one, other] of lists()) {
    expect(difference(sum([...one, ...other]), sum(other))).toBe(sum(one));
    expect(quotient(product([...one, ...other]), product(other))).toBe(product(one));
    expect(valueOf(difference(sum(one), sum(other)))).toBe(valueOf(sum(one)) - valueOf(sum(other)));
  }
});

test("a quotient that is not known is none", () => {
  expect(quotient("a", "b")).toBeUndefined();
  expect(quotient(product([3, "a"]), 2)).toBeUndefined();
});

test("a name that is a sum is one", () => {
  expect(namedSize("past_sequence_length + sequence_length")).toBe(sum(["sequence_length", "past_sequence_length"]));
  expect(namedSize("rows")).toBe("rows");
});
