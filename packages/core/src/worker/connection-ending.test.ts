import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type Connection, connectionTo } from "./connection.ts";
import { settle, waitForCalls, untilAborted } from "./connection-for-tests.ts";

let ports: MessageChannel;
let here: Connection;
let there: Connection;
beforeEach(() => {
  ports = new MessageChannel();
  here = connectionTo(ports.port1);
  there = connectionTo(ports.port2);
});
afterEach(() => {
  ports.port1.close();
  ports.port2.close();
});

test("after close, pending and later calls of both sides reject with the problem and its cause", async () => {
  there.expose({ wait: untilAborted, add: () => 5 });
  const signals: AbortSignal[] = [];
  here.expose({ ask: (signal: AbortSignal) => (signals.push(signal), untilAborted(signal)) });
  const calls = [here.call("wait", []), there.call("ask", [])].map((call) => call.catch((error: unknown) => error));
  await Promise.all([waitForCalls(here, 1), waitForCalls(there, 1)]);
  const cause = new Error("cause");
  expect([here.isOver(), here.closed.aborted]).toEqual([false, false]);
  here.close("It is over.", cause);
  here.close("It is over again.");
  const over = { code: "WORKER", message: "It is over.", cause };
  expect(await calls[0]).toMatchObject(over);
  expect(here.closed.reason).toMatchObject(over);
  expect(here.isOver()).toBe(true);
  await expect(here.call("add", [])).rejects.toMatchObject(over);
  expect(signals[0]!.reason).toMatchObject(over);
  expect(await calls[1]).toMatchObject({ code: "WORKER", message: "It is over." });
  await expect(there.call("ask", [])).rejects.toMatchObject({ code: "WORKER", message: "It is over." });
  const post = vi.spyOn(ports.port1, "postMessage");
  await here.notify("anything");
  expect(post).not.toHaveBeenCalled();
});

test("close without a cause has none", () => {
  here.close("It is over.");
  expect("cause" in (here.closed.reason as Error)).toBe(false);
});

test("refuse rejects later calls of this side; pending calls continue", async () => {
  let finish: (value: string) => void = () => undefined;
  there.expose({ wait: () => new Promise((resolve) => (finish = resolve)), add: () => 5 });
  here.expose({ ask: () => "still" });
  const call = here.call("wait", []);
  await waitForCalls(there, 1);
  here.refuse("No more.");
  here.refuse("Never more.");
  expect(here.isOver()).toBe(true);
  await expect(here.call("add", [])).rejects.toMatchObject({ code: "WORKER", message: "No more." });
  expect(await there.call("ask", [])).toBe("still");
  finish("done");
  expect(await call).toBe("done");
  expect(here.closed.aborted).toBe(false);
});

test("finish refuses, aborts, waits, and then frees in the order of the calls, once", async () => {
  const order: string[] = [];
  there.expose({
    slow: (signal: AbortSignal) =>
      untilAborted(signal).catch(async () => {
        await settle();
        order.push("settled");
        return "what there was";
      }),
    add: () => 5,
    end: () => there.finish("It ends."),
  });
  there.onEnd(async () => {
    await settle();
    order.push("first");
  });
  there.onEnd(() => Promise.reject(new Error("cannot be freed")));
  there.onEnd(async () => void order.push("second"));
  const slow = here.call("slow", []);
  await waitForCalls(there, 1);
  const ended = here.call("end", []);
  const refused = expect(here.call("add", [])).rejects.toMatchObject({ code: "WORKER", message: "It ends." });
  await ended;
  await refused;
  expect(order).toEqual(["settled", "first", "second"]);
  expect(await slow).toBe("what there was");
  there.close("Closed.");
  await settle();
  expect(order).toEqual(["settled", "first", "second"]);
});

test("a call that finish aborts rejects with the problem", async () => {
  there.expose({ wait: untilAborted, end: () => there.finish("It ends.") });
  const { signal } = new AbortController();
  const call = here.call("wait", [], signal).catch((error: unknown) => error);
  await waitForCalls(there, 1);
  await here.call("end", []);
  expect(await call).toMatchObject({ code: "WORKER", message: "It ends." });
});

test("closing frees too", async () => {
  const freed = vi.fn<() => Promise<void>>(() => Promise.resolve());
  here.onEnd(freed);
  here.close("It is over.");
  await settle();
  expect(freed).toHaveBeenCalledOnce();
});

test("when the other side closes its port, this one is closed", async () => {
  const closed = new Promise((resolve) => there.closed.addEventListener("abort", resolve));
  ports.port1.close();
  await closed;
  expect(there.closed.reason).toMatchObject({ code: "WORKER", message: "The other side closed the port." });
});
