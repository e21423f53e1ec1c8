import { expect, test } from "vitest";
import { seededRandom } from "../random/random.ts";
import { receiveRandom, sendRandom } from "./transfer-random.ts";

test("a source continues on the other side from its state, and is unchanged here", () => {
  const random = seededRandom(7);
  for (let draw = 0; draw < 3; draw++) random.uniform();
  const received = receiveRandom(structuredClone(sendRandom(random)))!;
  const there = Array.from({ length: 4 }, () => received.uniform());
  expect(there).toEqual(Array.from({ length: 4 }, () => random.uniform()));
  expect(received.fork(5).uniform()).toBe(random.fork(5).uniform());
});

test("without a source nothing is sent", () => {
  expect(sendRandom(undefined)).toBeUndefined();
  expect(receiveRandom(undefined)).toBeUndefined();
});

test("a custom source cannot be sent", () => {
  const own = { ...seededRandom(1) };
  const expected = "a source created by seededRandom, which is copied to the worker (or pass a seed)";
  let error: unknown;
  try {
    sendRandom(own);
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toMatchObject({ code: "INVALID_OPTION", where: "generate", option: "random", expected, actual: own });
});
