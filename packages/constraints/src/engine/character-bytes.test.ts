import { seededRandom } from "@decodekit/core";
import { expect, test } from "vitest";
import { type CharacterRange, LAST_CHARACTER, mergeRanges } from "../expression.ts";
import { propertyRanges } from "../regular-expression/character-sets.ts";
import { type ByteNode, characterBytes, END } from "./character-bytes.ts";

/** Whether the automaton reads exactly the bytes of a character. */
function reads(nodes: readonly ByteNode[], bytes: Uint8Array): boolean {
  let node = 0;
  for (const byte of bytes) {
    const edge = node === END ? undefined : nodes[node]!.find(({ low, high }) => byte >= low && byte <= high);
    if (!edge) return false;
    node = edge.node;
  }
  return node === END;
}

const isWithin = (ranges: readonly CharacterRange[], point: number): boolean =>
  ranges.some(([first, last]) => point >= first && point <= last);

test("reads the characters of random ranges and of Unicode properties, deterministically", () => {
  const random = seededRandom(2);
  const point = (): number => Math.floor((random.uniform() < 0.5 ? 0x3000 : LAST_CHARACTER + 1) * random.uniform());
  const sets = Array.from({ length: 60 }, () =>
    mergeRanges(
      Array.from({ length: 1 + Math.floor(12 * random.uniform()) }, () => [point(), point()].toSorted((a, b) => a - b) as [number, number]),
    ),
  );
  for (const ranges of [...sets, propertyRanges("\\p{L}"), propertyRanges("\\p{Emoji}")]) {
    const nodes = characterBytes(ranges);
    for (const edges of nodes)
      for (const [index, { low }] of edges.entries()) if (index > 0) expect(low).toBeGreaterThan(edges[index - 1]!.high);
    const points = Array.from({ length: 200 }, point).concat(ranges.flatMap(([first, last]) => [first - 1, first, last, last + 1]));
    for (const each of points) {
      if (each < 0 || each > LAST_CHARACTER || (each >= 0xd800 && each <= 0xdfff)) continue;
      if (reads(nodes, new TextEncoder().encode(String.fromCodePoint(each))) !== isWithin(ranges, each))
        expect.fail(`U+${each.toString(16)}`);
    }
  }
});
