import { expect, test } from "vitest";
import { topTwoGap } from "./near-tie.ts";
import { tableModel } from "./table-model.ts";

const PROBABILITIES = [
  [0.1, 0.2, 0.7],
  [0.7, 0.1, 0.2],
  [0.45, 0.1, 0.45],
];

test("the gap is that of the two largest logits after the last token, wherever they lie", async () => {
  const model = tableModel({ probabilities: PROBABILITIES });
  expect(await topTwoGap(model, Int32Array.of(1, 0))).toBeCloseTo(Math.log(0.7 / 0.2), 6);
  expect(await topTwoGap(model, Int32Array.of(0, 1))).toBeCloseTo(Math.log(0.7 / 0.2), 6);
});

test("the gap of two equal largest logits is 0", async () => {
  expect(await topTwoGap(tableModel({ probabilities: PROBABILITIES }), Int32Array.of(2))).toBe(0);
});

test("the session is disposed, also if the pass fails", async () => {
  const model = tableModel({ probabilities: PROBABILITIES, contextLength: 2 });
  await topTwoGap(model, Int32Array.of(0));
  await expect(topTwoGap(model, Int32Array.of(0, 1, 2))).rejects.toThrow("context");
  expect(model.openSessions()).toBe(0);
});
