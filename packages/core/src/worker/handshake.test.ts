import { expect, test } from "vitest";
import { type Handshake, handshake } from "./handshake.ts";

const never = new AbortController().signal;
const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

test("it greets at once, answers a greeting, and does not answer an answer", () => {
  const greetings: boolean[] = [];
  const { receive, isDone } = handshake((isAnswer) => greetings.push(isAnswer));
  expect([greetings, isDone()]).toEqual([[false], false]);
  receive(true);
  expect([greetings, isDone()]).toEqual([[false], true]);
  receive(false);
  expect([greetings, isDone()]).toEqual([[false, true], true]);
});

test.each(["first", "second"])("both sides detect each other when the %s side's first greeting is lost", async (lost) => {
  const sides: Handshake[] = [];
  const greet = (to: number, isLost: boolean) => {
    let greetings = 0;
    return (isAnswer: boolean): void => {
      if (isLost && greetings++ === 0) return;
      queueMicrotask(() => sides[to]!.receive(isAnswer));
    };
  };
  sides.push(handshake(greet(1, lost === "first")));
  sides.push(handshake(greet(0, lost === "second")));
  await Promise.all(sides.map((side) => side.done(never)));
  expect(sides.map((side) => side.isDone())).toEqual([true, true]);
});

test("waiting callers continue in order, except those whose signal is aborted", async () => {
  const { receive, done } = handshake(() => undefined);
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
  receive(true);
  await turn();
  expect(order).toEqual(["first", "second"]);
});
