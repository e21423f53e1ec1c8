import { expect, test } from "vitest";
import { LogitsError } from "../errors.ts";
import { categorical } from "./categorical.ts";

const BELOW_ONE = 1 - 2 ** -53;

test.each([
  { weights: [1, 1, 2], uniform: 0, expected: 0 },
  { weights: [1, 1, 2], uniform: 0.2499, expected: 0 },
  { weights: [1, 1, 2], uniform: 0.25, expected: 1 },
  { weights: [1, 1, 2], uniform: 0.5, expected: 2 },
  { weights: [1, 1, 2], uniform: BELOW_ONE, expected: 2 },
  { weights: [0, 1, 0], uniform: 0, expected: 1 },
  { weights: [0, 1, 0], uniform: BELOW_ONE, expected: 1 },
  { weights: [0.1, 0.2, 0.3, 0.4, 0], uniform: BELOW_ONE, expected: 3 },
  { weights: [1e-300, 0, 3e-300], uniform: 0.3, expected: 2 },
])("of weights $weights, $uniform falls on $expected", ({ weights, uniform, expected }) => {
  expect(categorical(weights, uniform)).toBe(expected);
});

test.each([
  { weights: [], problem: "the weights sum to 0" },
  { weights: [0, 0], problem: "the weights sum to 0" },
  { weights: [3, -1], problem: "weight -1 for token 1" },
  { weights: [1, NaN], problem: "weight NaN for token 1" },
  { weights: [1, Infinity], problem: "the weights sum to Infinity" },
])("$weights are refused: $problem", ({ weights, problem }) => {
  expect(() => categorical(weights, 0.5)).toThrow(LogitsError);
  expect(() => categorical(weights, 0.5)).toThrow(`${problem}.`);
});
