import { tableModel } from "@decodekit/core/testing";
import { expect, test } from "vitest";
import { scoreOutput } from "./score-output.ts";

const model = tableModel({
  probabilities: [
    [0.5, 0.25, 0.25],
    [0.125, 0.75, 0.125],
    [1, 0, 0],
  ],
});

test("is the mean of -ln p over the output, each token after those before it", async () => {
  // p(1 | 0) = 0.25, p(2 | 1) = 0.125, p(0 | 2) = 1: 2 ln 2 + 3 ln 2 + 0 over 3 tokens.
  const nats = await scoreOutput(model, Int32Array.of(2, 0), Int32Array.of(1, 2, 0));
  expect(nats).toBeCloseTo((5 * Math.LN2) / 3, 6);
});

test("takes one pass, with rows for the output only, and disposes its session", async () => {
  const before = model.passes().length;
  await scoreOutput(model, Int32Array.of(0, 0, 0, 0), Int32Array.of(1, 1));
  expect(model.passes().slice(before)).toMatchObject([{ start: 0, positions: 5, rows: 2 }]);
  expect(model.openSessions()).toBe(0);
});

test("returns the same result in several passes", async () => {
  const prompt = Int32Array.of(0, 1);
  const output = Int32Array.of(1, 2, 0, 0, 1);
  const before = model.passes().length;
  const inPieces = await scoreOutput(model, prompt, output, { logitsPerPass: 2 * model.vocabSize });
  expect(model.passes().slice(before)).toMatchObject([
    { start: 0, positions: 3, rows: 2 },
    { start: 3, positions: 2, rows: 2 },
    { start: 5, positions: 1, rows: 1 },
  ]);
  expect(inPieces).toBeCloseTo(await scoreOutput(model, prompt, output), 12);
});

test("is infinite if a token has probability 0", async () => {
  expect(await scoreOutput(model, Int32Array.of(2), Int32Array.of(1))).toBe(Infinity);
});

test("rejects with the reason of an abort and disposes its session", async () => {
  const signal = AbortSignal.abort("enough");
  await expect(scoreOutput(model, Int32Array.of(0), Int32Array.of(1), { signal })).rejects.toBe("enough");
  expect(model.openSessions()).toBe(0);
});
