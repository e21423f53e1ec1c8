import { expect, test } from "vitest";
import { seededRandom } from "@decodekit/core";
import { type ByteRange, utf8Ranges } from "./utf8-ranges.ts";

/** Number of sequences that contain the bytes. */
const count = (sequences: readonly (readonly ByteRange[])[], bytes: Uint8Array): number =>
  sequences.filter(
    (ranges) => ranges.length === bytes.length && ranges.every(({ low, high }, index) => bytes[index]! >= low && bytes[index]! <= high),
  ).length;
const size = (ranges: readonly ByteRange[]): number => ranges.reduce((product, { low, high }) => product * (high - low + 1), 1);

test("the bytes of every character of a range are in one sequence, and no others", () => {
  const random = seededRandom(1);
  const limits = [0x7f, 0x80, 0x7ff, 0x800, 0xd7ff, 0xd800, 0xdfff, 0xe000, 0xffff, 0x10000, 0x10ffff];
  const point = (): number =>
    random.uniform() < 0.5 ? limits[Math.floor(random.uniform() * limits.length)]! : Math.floor(random.uniform() * 0x110000);
  for (let sample = 0; sample < 300; sample++) {
    const [first, last] = [point(), point()].toSorted((a, b) => a - b) as [number, number];
    const sequences = utf8Ranges([first, last]);
    const surrogates = Math.max(0, Math.min(last, 0xdfff) - Math.max(first, 0xd800) + 1);
    expect(sequences.reduce((sum, ranges) => sum + size(ranges), 0)).toBe(last - first + 1 - surrogates);
    for (const each of [first, last, Math.floor((first + last) / 2)])
      if (each < 0xd800 || each > 0xdfff) expect(count(sequences, new TextEncoder().encode(String.fromCodePoint(each)))).toBe(1);
  }
});
