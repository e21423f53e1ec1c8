import { expect, test } from "vitest";
import { seededRandom } from "../random.ts";
import { receiveRandom, sendRandom } from "./transfer-random.ts";

test("a source goes on over there where it was, and is not moved on here", () => {
  const random = seededRandom(7);
  for (let draw = 0; draw < 3; draw++) random.uniform();
  const received = receiveRandom(structuredClone(sendRandom(random)))!;
  const there = Array.from({ length: 4 }, () => received.uniform());
  expect(there).toEqual(Array.from({ length: 4 }, () => random.uniform()));
  expect(received.fork(5).uniform()).toBe(random.fork(5).uniform());
});

test("no source is none", () => {
  expect(sendRandom(undefined)).toBeUndefined();
  expect(receiveRandom(undefined)).toBeUndefined();
});

test("a source of one's own making cannot be sent", () => {
  const own = { ...seededRandom(1) };
  const expected = "a source made by seededRandom, of which the worker gets a copy (or give a seed)";
  let error: unknown;
  try {
    sendRandom(own);
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toMatchObject({ code: "INVALID_OPTION", where: "generate", option: "random", expected, actual: own });
});
