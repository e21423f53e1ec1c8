import { expect, test } from "vitest";
import { countingModel } from "./counting-model.ts";
import { failingModel } from "./failing-model.ts";

const one = Int32Array.of(1);

test("the chosen pass rejects and leaves the session unchanged; the passes around it run", async () => {
  const error = new Error("the device was lost");
  const model = failingModel(countingModel(), { pass: 1, error });
  const session = await model.createSession();
  await session.forward(one);
  await expect(session.forward(one)).rejects.toBe(error);
  expect(session.length).toBe(1);
  await session.forward(one);
  expect(session.length).toBe(2);
  expect(model.passes()).toHaveLength(2);
});

test("passes are counted over all sessions, including forks", async () => {
  const model = failingModel(countingModel(), { pass: 2, error: new Error("the device was lost") });
  const session = await model.createSession();
  await session.forward(one);
  const fork = await session.fork!();
  await fork.forward(one);
  await expect((await model.createSession()).forward(one)).rejects.toThrow("lost");
  expect(model.openSessions()).toBe(3);
});

test.each([
  { failure: { logits: NaN }, expected: [NaN, NaN, NaN] },
  { failure: { logits: Infinity, token: 1 }, expected: [-Infinity, Infinity, 0] },
  { failure: { logits: -Infinity }, expected: [-Infinity, -Infinity, -Infinity] },
])("the rows of the pass hold $failure", async ({ failure, expected }) => {
  const model = failingModel(countingModel({ vocabSize: 3 }), { pass: 0, ...failure });
  const session = await model.createSession();
  const logits = await session.forward(Int32Array.of(0, 1), { rows: "all" });
  expect(logits.rows).toBe(2);
  expect([...logits.row(1)]).toEqual(expected);
  expect(model.modifiedRows()).toBe(0);
});
