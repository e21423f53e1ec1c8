import { expect, test } from "vitest";
import type { BlockHead, StepHead } from "../contracts/draft-head.ts";
import { memoryDraftHead, positionState } from "./memory-draft-head.ts";

const statesOf = (tokens: readonly number[], start = 0): Float32Array =>
  Float32Array.from(tokens.slice(start).flatMap((_, index) => [...positionState(Int32Array.from(tokens.slice(0, start + index + 1)))]));

/** The row's first number is the prefix, written as digits. */
const logitsAfter = (prefix: Int32Array, distance: number): Float32Array => Float32Array.of(Number(prefix.join("")), distance);

test("a step head predicts after what it has read, and after each branch", async () => {
  const head = memoryDraftHead({ kind: "eagle", logitsAfter });
  const session = await (head as StepHead).createSession();
  await session.read(Int32Array.of(2, 3), statesOf([1, 2]));
  const root = await session.read(Int32Array.of(4), statesOf([1, 2, 3], 2));
  const next = await session.extend(root, Int32Array.of(0, 0), Int32Array.of(5, 6));
  expect([root.row(0)[0], next.row(1)[0], session.length]).toEqual([1234, 12346, 3]);
  expect(head.passes().map(({ start, positions }) => [start, positions])).toEqual([
    [2, 2],
    [3, 1],
    [3, 2],
  ]);
  expect(head.openSessions()).toBe(1);
  await session.dispose();
  expect(head.openSessions()).toBe(0);
  await expect(session.read(Int32Array.of(5), statesOf([1, 2, 3, 4], 3))).rejects.toMatchObject({ name: "DisposedError" });
});

test("a block head predicts each position after the last token", async () => {
  const head = memoryDraftHead({ kind: "dflash", blockSize: 4, logitsAfter }) as BlockHead;
  const session = await head.createSession();
  expect((await session.draft(statesOf([1, 2]), 3, 2)).map((row) => [...row])).toEqual([
    [123, 0],
    [123, 1],
  ]);
});

test("a pass with the states of other positions or tokens fails", async () => {
  const session = await (memoryDraftHead({ kind: "eagle", logitsAfter }) as StepHead).createSession();
  await session.read(Int32Array.of(2), statesOf([1]));
  await expect(session.read(Int32Array.of(3), statesOf([1]))).rejects.toThrow("read the state of token 1 at 0, expected 2 at 1");
  await expect(session.read(Int32Array.of(3), statesOf([1, 9], 1))).rejects.toThrow("read the state of token 9 at 1, expected 2 at 1");
});
