import { expect, test } from "vitest";
import { heldOutStories } from "./held-out-stories.ts";

/** Returns a text of 40 words that depends on `number`. */
function textOf(number: number): string {
  return Array.from(
    { length: 40 },
    (_, index) => `w${"abcdefghij"[(number * 7 + index) % 10]}${String.fromCharCode(97 + (number % 26), 97 + index)}`,
  ).join(" ");
}

test("every hundredth text is held out", () => {
  const texts = Array.from({ length: 300 }, (_, index) => `${index} ${textOf(index)} ${"x".repeat((index % 97) + 1)}`);
  expect(heldOutStories(["a", "b"])).toEqual([]);
  expect(texts.filter((text) => heldOutStories(texts).includes(text)).every((text) => texts.indexOf(text) % 100 === 99)).toBe(true);
});

test("a text that shares runs of eight words with a training text is not held out", () => {
  const alone = "one two three four five six seven eight nine ten";
  const texts = Array.from({ length: 200 }, (_, index) => `text number ${"i".repeat(index + 1)}`);
  texts[99] = alone;
  texts[199] = "red green blue black white pink brown grey gold silver";
  expect(heldOutStories(texts)).toEqual([texts[99], texts[199]]);
  texts[3] = alone;
  expect(heldOutStories(texts)).toEqual([texts[199]]);
});
