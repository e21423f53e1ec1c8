import { expect, test } from "vitest";
import { firstNumber, lastNumber } from "./questions.ts";

test.each([
  { text: "It is 12, so 3.5 remain.", first: 12, last: 3.5 },
  { text: "1,200 dollars", first: 1200, last: 1200 },
  { text: "none", first: undefined, last: undefined },
])("finds the numbers in $text", ({ text, first, last }) => {
  expect([firstNumber(text), lastNumber(text)]).toEqual([first, last]);
});
