import { describe, expect, test } from "vitest";
import { seededRandom } from "../random/random.ts";
import { softmax } from "../sampling/softmax.ts";
import { type JointDistribution, jointModel, randomJoint } from "./joint-model.ts";

const joint: JointDistribution = { tokens: 2, length: 2, probabilities: Float64Array.of(0.1, 0.2, 0.3, 0.4) };
const MASK = 4;

/** Returns the row's distribution over the meanings of tokens, without the mask token. */
function meaningsOf(row: Float32Array, tokens: number): number[] {
  const probabilities = softmax(row.subarray(0, 2 * tokens));
  return Array.from({ length: tokens }, (_, token) => probabilities[token]! + probabilities[token + tokens]!);
}

async function rowsOf(distribution: JointDistribution, committed: readonly number[], canvas: readonly number[]): Promise<number[][]> {
  const session = await jointModel({ joint: distribution }).createSession();
  await session.commit(Int32Array.of(0, ...committed));
  const logits = await session.predict(Int32Array.from(canvas));
  return canvas.map((_, index) => meaningsOf(logits.row(index), distribution.tokens));
}

describe("a joint model", () => {
  test.each([
    {
      name: "nothing known",
      committed: [],
      canvas: [MASK, MASK],
      expected: [
        [0.3, 0.7],
        [0.4, 0.6],
      ],
    },
    {
      name: "the first token on the canvas",
      committed: [],
      canvas: [1, MASK],
      expected: [
        [0.3, 0.7],
        [3 / 7, 4 / 7],
      ],
    },
    {
      name: "the second token by its other id",
      committed: [],
      canvas: [MASK, 2],
      expected: [
        [0.25, 0.75],
        [0.4, 0.6],
      ],
    },
    { name: "the first token committed", committed: [0], canvas: [MASK], expected: [[1 / 3, 2 / 3]] },
  ])("has the conditionals computed by hand: $name", async ({ committed, canvas, expected }) => {
    const rows = await rowsOf(joint, committed, canvas);
    for (const [index, row] of expected.entries()) {
      for (const [token, probability] of row.entries()) expect(rows[index]![token]).toBeCloseTo(probability, 12);
    }
  });

  test.each([1, 2, 3, 4, 5])("has conditionals with the same product in every order, seed %d", async (seed) => {
    const { probabilities, ...shape } = randomJoint(seededRandom(seed), { tokens: 3, length: 2 });
    const distribution = { ...shape, probabilities };
    const mask = 6;
    const [first, second] = await rowsOf(distribution, [], [mask, mask]);
    for (const [text, probability] of probabilities.entries()) {
      const [a, b] = [Math.floor(text / 3), text % 3];
      const [, secondGivenFirst] = await rowsOf(distribution, [], [a, mask]);
      const [firstGivenSecond] = await rowsOf(distribution, [], [mask, b]);
      expect(Math.abs(first![a]! * secondGivenFirst![b]! - probability)).toBeLessThan(1e-13);
      expect(Math.abs(second![b]! * firstGivenSecond![a]! - probability)).toBeLessThan(1e-13);
    }
  });

  test("has the highest logit for the mask token, and token t also as t + V", async () => {
    const model = jointModel({ joint });
    const session = await model.createSession();
    await session.commit(Int32Array.of(0));
    const row = (await session.predict(Int32Array.of(MASK))).row(0);
    expect(row.indexOf(Math.max(...row))).toBe(model.maskTokenId);
    expect([0, 1, 2, 3].map((token) => model.meaning(token))).toEqual([0, 1, 0, 1]);
  });

  test("has one id per token on request", async () => {
    const model = jointModel({ joint, idsPerToken: 1 });
    expect([model.vocabSize, model.maskTokenId]).toEqual([3, 2]);
    const session = await model.createSession();
    await session.commit(Int32Array.of(0));
    const row = (await session.predict(Int32Array.of(2, 2))).row(1);
    expect(softmax(row.subarray(0, 2))[1]).toBeCloseTo(0.6, 6);
  });

  test("refuses probabilities that do not cover all texts", () => {
    expect(() => jointModel({ joint: { ...joint, length: 3 } })).toThrow("jointModel: joint must be of 8 probabilities, got 4.");
  });
});
