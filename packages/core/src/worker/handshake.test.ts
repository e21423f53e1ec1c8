import { expect, test } from "vitest";
import { type Handshake, handshake } from "./handshake.ts";

const never = new AbortController().signal;
const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

test("it greets at once, answers a greeting, and leaves an answer be", () => {
  const greetings: boolean[] = [];
  const { hear, isDone } = handshake((isAnswer) => greetings.push(isAnswer));
  expect([greetings, isDone()]).toEqual([[false], false]);
  hear(true);
  expect([greetings, isDone()]).toEqual([[false], true]);
  hear(false);
  expect([greetings, isDone()]).toEqual([[false, true], true]);
});

test.each(["first", "second"])("both sides learn of each other when the %s one's first greeting is lost", async (lost) => {
  const sides: Handshake[] = [];
  const greet = (to: number, isLost: boolean) => {
    let greetings = 0;
    return (isAnswer: boolean): void => {
      if (isLost && greetings++ === 0) return;
      queueMicrotask(() => sides[to]!.hear(isAnswer));
    };
  };
  sides.push(handshake(greet(1, lost === "first")));
  sides.push(handshake(greet(0, lost === "second")));
  await Promise.all(sides.map((side) => side.done(never)));
  expect(sides.map((side) => side.isDone())).toEqual([true, true]);
});

test("those who wait go on in the order in which they came, but for those whose signal is aborted", async () => {
  const { hear, done } = handshake(() => undefined);
  const order: string[] = [];
  const reason = new Error("enough");
  const controller = new AbortController();
  void done(never).then(() => order.push("first"));
  const aborted = done(controller.signal).catch((error: unknown) => error);
  const abortedBefore = done(AbortSignal.abort(reason)).catch((error: unknown) => error);
  void done(never).then(() => order.push("second"));
  controller.abort(reason);
  expect([await aborted, await abortedBefore]).toEqual([reason, reason]);
  await turn();
  expect(order).toEqual([]);
  hear(true);
  await turn();
  expect(order).toEqual(["first", "second"]);
});
