import { expect, test } from "vitest";
import { repetitionConfidence } from "./repetition-confidence.ts";

test("grows with the length of the match and with the count, and is a probability", () => {
  const confidences = Array.from({ length: 40 }, (_, matched) => repetitionConfidence(matched + 1));
  expect(confidences).toEqual(confidences.toSorted((a, b) => a - b));
  expect([confidences[0], confidences.at(-1)]).toEqual([0.2, 0.985]);
  for (const matched of [1, 4, 30]) {
    const byCount = [1, 2, 3, 4].map((count) => repetitionConfidence(matched, count, 4));
    expect(byCount).toEqual(byCount.toSorted((a, b) => a - b));
    expect(byCount.every((confidence) => confidence > 0 && confidence < 1)).toBe(true);
  }
});

test("each token that followed loses the same part of its count", () => {
  expect(repetitionConfidence(2, 3, 5)).toBeCloseTo((3 - 0.52) / 5, 12);
});
