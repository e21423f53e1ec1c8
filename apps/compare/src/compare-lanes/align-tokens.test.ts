import { seededRandom } from "@decodekit/core";
import { describe, expect, test } from "vitest";
import { differencesBetween } from "./align-tokens.ts";

/** Returns the differences of two texts as "first>other", whose words are tokens. */
function changes(first: string, other: string): string[] {
  const words = (text: string): string[] => text.split(" ").filter((word) => word !== "");
  const [a, b] = [words(first), words(other)];
  const ids = new Map([...new Set([...a, ...b])].map((word, id) => [word, id]));
  const tokens = (text: readonly string[]): number[] => text.map((word) => ids.get(word)!);
  return differencesBetween(tokens(a), tokens(b)).map(
    ({ firstStart, firstEnd, start, end }) => `${a.slice(firstStart, firstEnd).join(" ")}>${b.slice(start, end).join(" ")}`,
  );
}

describe("the differences of two texts", () => {
  test.each([
    ["equal texts have none", "a big red dog", "a big red dog", []],
    ["a replaced token", "a big red dog ran", "a big blue dog ran", ["red>blue"]],
    ["an inserted token moves what follows, which still agrees", "a big dog ran away", "a big red dog ran away", [">red"]],
    ["a token left out", "a big red dog ran away", "a big dog ran away", ["red>"]],
    ["one text goes on", "a dog ran", "a dog ran far away", [">far away"]],
    ["nothing in common", "a b c", "x y", ["a b c>x y"]],
    ["an empty text", "", "x y", [">x y"]],
    ["two single changes", "a red dog saw a cat", "a big dog saw a bird", ["red>big", "cat>bird"]],
    [
      "a word that two sentences share by chance",
      "he saw one two three the four five six end",
      "he saw nine eight seven the ten nil zero end",
      ["one two three the four five six>nine eight seven the ten nil zero"],
    ],
    [
      "several words that they share by chance",
      "one two the three four of five six end",
      "nine eight the seven ten of nil zero end",
      ["one two the three four of five six>nine eight the seven ten of nil zero"],
    ],
  ])("%s", (_, first, other, expected) => {
    expect(changes(first, other)).toEqual(expected);
  });

  test("leave equal texts when they are taken out, and are in order and apart", () => {
    const random = seededRandom(5);
    for (let round = 0; round < 300; round++) {
      const text = (): number[] => Array.from({ length: Math.floor(random.uniform() * 30) }, () => Math.floor(random.uniform() * 4));
      const [first, other] = [text(), text()];
      const differences = differencesBetween(first, other);
      const without = (tokens: readonly number[], parts: readonly (readonly [number, number])[]): number[] =>
        tokens.filter((_, place) => !parts.some(([start, end]) => place >= start && place < end));
      expect(
        without(
          other,
          differences.map(({ start, end }) => [start, end]),
        ),
      ).toEqual(
        without(
          first,
          differences.map(({ firstStart, firstEnd }) => [firstStart, firstEnd]),
        ),
      );
      for (const [index, { firstStart, firstEnd, start, end }] of differences.entries()) {
        expect(Math.max(firstEnd - firstStart, end - start)).toBeGreaterThan(0);
        const before = differences[index - 1];
        if (before) expect(firstStart - before.firstEnd).toBe(start - before.end);
        if (before) expect(start).toBeGreaterThan(before.end);
      }
    }
  });
});
