import { expect, test } from "vitest";
import { seededRandom } from "../random/random.ts";
import { sharedPrefixes } from "./shared-prefixes.ts";

const ids = (digits: string): Int32Array => Int32Array.from(digits, Number);
const shared = (...sequences: string[]): string[] => sharedPrefixes(sequences.map(ids)).map((prefix) => prefix.join(""));

test.each([
  [[], []],
  [["123"], []],
  [["123", "456"], []],
  [["123", "145"], []],
  [["123", "124"], ["12"]],
  [["123", "123"], ["123"]],
  [["123", "123", "123"], ["123"]],
  [["12", "1234"], ["12"]],
  [
    ["1239", "56", "12345", "1234", "12"],
    ["12", "123", "1234"],
  ],
])("of %j: %j", (sequences, expected) => expect(shared(...sequences)).toEqual(expected));

test("are those of every pair, by definition", () => {
  const random = seededRandom(5);
  for (let round = 0; round < 200; round++) {
    const sequences = Array.from({ length: 6 }, () =>
      Array.from({ length: 1 + Math.floor(random.uniform() * 5) }, () => (random.uniform() < 0.5 ? 1 : 2)).join(""),
    );
    const pairs = sequences.flatMap((a, i) => sequences.slice(i + 1).map((b) => [a, b] as const));
    const common = pairs.map(([a, b]) => {
      let length = 0;
      while (length < a.length && a[length] === b[length]) length++;
      return a.slice(0, length);
    });
    const expected = [...new Set(common.filter(({ length }) => length >= 2))].toSorted((a, b) => (a < b ? -1 : 1));
    expect(shared(...sequences)).toEqual(expected);
  }
});
