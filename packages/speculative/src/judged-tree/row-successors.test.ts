import { logSoftmax, seededRandom } from "@decodekit/core";
import { expect, test } from "vitest";
import { successorsIn, successorsInPart } from "./row-successors.ts";

const row = (...logits: number[]): Float32Array => Float32Array.from(logits);

test("returns the most likely tokens, the lowest id first among equals, with log-probabilities", () => {
  const logits = row(1, 3, -Infinity, 3, 2);
  const expected = logSoftmax(logits);
  expect(successorsIn(logits, 3)).toEqual(
    [1, 3, 4].map((token) => ({ token, logProbability: expect.closeTo(expected[token]!, 12) as number })),
  );
});

test("returns fewer if fewer tokens are possible", () => {
  expect(successorsIn(row(-Infinity, 2, -Infinity), 4)).toEqual([{ token: 1, logProbability: 0 }]);
});

test("returns the same for a row that was read in part", () => {
  const random = seededRandom(5);
  const logits = Float32Array.from({ length: 300 }, () => 9 * random.uniform());
  const whole = successorsIn(logits, 300);
  const total = whole.reduce((sum, { logProbability }) => sum + Math.exp(logProbability - whole[0]!.logProbability), 0);
  for (const count of [1, 8]) {
    const top = whole.slice(0, count);
    const tailMass = total - top.reduce((sum, { logProbability }) => sum + Math.exp(logProbability - whole[0]!.logProbability), 0);
    const tokens = Int32Array.from(top, ({ token }) => token);
    const part = { tokens, logits: Float32Array.from(tokens, (token) => logits[token]!), tailMass, tailError: 0 };
    expect(successorsInPart(part)).toEqual(
      top.map(({ token, logProbability }) => ({ token, logProbability: expect.closeTo(logProbability, 5) as number })),
    );
  }
});
