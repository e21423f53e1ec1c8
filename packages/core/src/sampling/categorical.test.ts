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

test.each([[[]], [[0, 0]], [[1, -1]], [[1, NaN]], [[1, Infinity]]])("%j are no weights", (weights) => {
  expect(() => categorical(weights, 0.5)).toThrow(LogitsError);
});
