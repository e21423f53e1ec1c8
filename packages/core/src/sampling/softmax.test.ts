import { expect, test } from "vitest";
import { LogitsError } from "../errors.ts";
import { logSoftmax, logSumExp, softmax } from "./softmax.ts";

const LN2 = Math.LN2;

test.each([
  { name: "equal logits", logits: [0, 0, 0, 0], expected: [0.25, 0.25, 0.25, 0.25] },
  { name: "logits apart by ln 2", logits: [2 * LN2, LN2, LN2], expected: [0.5, 0.25, 0.25] },
  { name: "forbidden tokens", logits: [-Infinity, LN2, 0, -Infinity], expected: [0, 2 / 3, 1 / 3, 0] },
  { name: "logits too large to exponentiate", logits: [1000 + LN2, 1000], expected: [2 / 3, 1 / 3] },
  { name: "logits too small to exponentiate", logits: [-1000 + LN2, -1000], expected: [2 / 3, 1 / 3] },
  { name: "temperature 2", logits: [4 * LN2, 0], temperature: 2, expected: [0.8, 0.2] },
  { name: "temperature 0.5", logits: [LN2, 0], temperature: 0.5, expected: [0.8, 0.2] },
  { name: "a temperature near 0", logits: [1, 1 + 1e-6, 0], temperature: 1e-300, expected: [0, 1, 0] },
])("softmax of $name", ({ logits, temperature, expected }) => {
  const probabilities = softmax(logits, temperature);
  for (const [token, probability] of expected.entries()) expect(probabilities[token]).toBeCloseTo(probability, 12);
});

test("logSoftmax is the logarithm of softmax, without its underflow", () => {
  const logits = [3, -1, 0.5, -Infinity];
  const probabilities = softmax(logits);
  for (const [token, logProbability] of logSoftmax(logits).entries())
    expect(Math.exp(logProbability)).toBeCloseTo(probabilities[token]!, 14);
  expect([...logSoftmax([0, -2000])]).toEqual([0, -2000]);
});

test("logSumExp does not overflow or underflow", () => {
  expect(logSumExp([1000, 1000])).toBeCloseTo(1000 + LN2, 12);
  expect(logSumExp([-1000, -1000])).toBeCloseTo(-1000 + LN2, 12);
  expect(logSumExp([5, -Infinity])).toBe(5);
});

test.each([softmax, logSoftmax, logSumExp])("%o refuses a row without a distribution", (compute) => {
  for (const row of [[], [NaN, 1], [Infinity, 1], [-Infinity]]) expect(() => compute(row)).toThrow(LogitsError);
});
