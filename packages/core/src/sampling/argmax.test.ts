import { expect, test } from "vitest";
import { LogitsError } from "../errors.ts";
import { argmax } from "./argmax.ts";

test.each([
  { name: "the largest value", values: [1, 5, 2], expected: 1 },
  { name: "the lowest index of a tie", values: [0, 7, 3, 7, 7], expected: 1 },
  { name: "the lowest index when all are equal", values: [0, 0, 0], expected: 0 },
  { name: "the only value that is not -Infinity", values: [-Infinity, -Infinity, -3], expected: 2 },
  { name: "0 before -0, which equals it", values: [-0, 0], expected: 0 },
  { name: "a value near the largest of float32", values: [3.4e38, -3.4e38, 3.3e38], expected: 0 },
])("argmax finds $name", ({ values, expected }) => {
  expect(argmax(Float32Array.from(values))).toBe(expected);
});

test.each([
  { values: [], problem: "the row is empty" },
  { values: [1, NaN, 2], problem: "NaN for token 1" },
  { values: [1, 2, NaN], problem: "NaN for token 2" },
  { values: [Infinity, 2], problem: "+Infinity for token 0" },
  { values: [-Infinity, Infinity], problem: "+Infinity for token 1" },
  { values: [-Infinity, -Infinity], problem: "every token is -Infinity" },
])("argmax refuses $values: $problem", ({ values, problem }) => {
  expect(() => argmax(Float32Array.from(values))).toThrow(LogitsError);
  expect(() => argmax(Float32Array.from(values))).toThrow(problem);
});
