import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type Connection, connectionTo } from "./connection.ts";
import { settle, waitForCalls, untilAborted } from "./connection-for-tests.ts";
import type { Endpoint } from "./endpoint.ts";

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

const sizes = (connection: Connection): object => Object.fromEntries([...connection.held].map(([name, { size }]) => [name, size]));

test("there is one connection to an endpoint", () => {
  expect(connectionTo(ports.port1)).toBe(here);
  expect(there).not.toBe(here);
});

test("a call returns the function's result, which receives the arguments and a signal", async () => {
  const seen: unknown[] = [];
  there.expose({ add: (...args: unknown[]) => (seen.push(...args), 5) });
  expect(await here.call("add", [1, { a: "b" }, undefined])).toBe(5);
  expect(seen.slice(0, 3)).toEqual([1, { a: "b" }, undefined]);
  expect(seen[3]).toBeInstanceOf(AbortSignal);
  expect(seen).toHaveLength(4);
});

test("a call of an unknown function is an error that names it, and a notification does nothing", async () => {
  await expect(here.call("multiply", [])).rejects.toMatchObject({ code: "WORKER", message: 'The other side does not offer "multiply".' });
  await here.notify("multiply", 2);
  await settle();
  there.expose({ multiply: () => "later" });
  expect(await here.call("multiply", [])).toBe("later");
});

test("a notification calls the function without a signal", async () => {
  const heard = vi.fn<(...args: unknown[]) => void>();
  there.expose({ heard });
  await here.notify("heard", 1, 2);
  await settle();
  expect(heard.mock.calls).toEqual([[1, 2]]);
});

test("an error arrives with its class, also after an abort if it is not the signal's reason", async () => {
  there.expose({
    fail: () => {
      throw new RangeError("broken");
    },
    failWhenAborted: (signal: AbortSignal) => untilAborted(signal).catch(() => Promise.reject(new RangeError("broken"))),
  });
  await expect(here.call("fail", [])).rejects.toThrow(RangeError);
  const controller = new AbortController();
  const call = here.call("failWhenAborted", [], controller.signal);
  await waitForCalls(there, 1);
  controller.abort();
  await expect(call).rejects.toThrow(RangeError);
});

test("an aborted call rejects with the reason itself, and nothing is held afterwards", async () => {
  there.expose({ wait: untilAborted });
  const controller = new AbortController();
  const removed = vi.spyOn(controller.signal, "removeEventListener");
  const call = here.call("wait", [], controller.signal);
  await waitForCalls(there, 1);
  expect(sizes(there)).toEqual({ calls: 1, signals: 1 });
  const reason = { why: () => "enough" };
  controller.abort(reason);
  await expect(call).rejects.toBe(reason);
  expect(removed).toHaveBeenCalledWith("abort", expect.any(Function));
  expect([sizes(here), sizes(there)]).toEqual([
    { calls: 0, signals: 0 },
    { calls: 0, signals: 0 },
  ]);
});

test("a signal has no listener once its call has settled", async () => {
  there.expose({ add: () => 5 });
  const { signal } = new AbortController();
  const added = vi.spyOn(signal, "addEventListener");
  const removed = vi.spyOn(signal, "removeEventListener");
  await here.call("add", []);
  added.mockClear();
  await here.call("add", [], signal);
  const listener = added.mock.calls.find(([type]) => type === "abort")![1];
  expect(removed).toHaveBeenCalledWith("abort", listener);
});

test("an abort after the call has settled does nothing on the other side", async () => {
  const signals: AbortSignal[] = [];
  there.expose({ add: (signal: AbortSignal) => signals.push(signal) });
  const controller = new AbortController();
  await here.call("add", [], controller.signal);
  controller.abort();
  await here.notify("abortSignal", 1, { kind: "value", value: "late" });
  await settle();
  expect(signals[0]!.aborted).toBe(false);
});

test("an argument, result or notification that cannot be sent is named", async () => {
  const expected = "data that can be sent to another thread (no function, no symbol)";
  there.expose({ give: () => ({ a: [Symbol("s")] }), add: () => 5 });
  const argument = { code: "INVALID_OPTION", where: "add", option: "arguments[1].b", expected, cause: { name: "DataCloneError" } };
  await expect(here.call("add", [1, { b: () => 1 }])).rejects.toMatchObject(argument);
  await expect(here.call("give", [])).rejects.toMatchObject({
    code: "INVALID_OPTION",
    where: "worker",
    option: "result.value.a[0]",
    expected,
  });
  await expect(here.notify("add", () => 1)).rejects.toMatchObject({ where: "add", option: "arguments[0]" });
  expect(await here.call("add", [])).toBe(5);
});

test("an error of posting for another reason is thrown unchanged", async () => {
  const failing: Endpoint = {
    addEventListener: () => undefined,
    postMessage: () => {
      throw new RangeError("no room");
    },
  };
  const unhandled: unknown[] = [];
  const note = (error: unknown): void => void unhandled.push(error);
  process.on("unhandledRejection", note);
  const connection = connectionTo(failing);
  await expect(connection.notify("add")).rejects.toThrow("no room");
  await settle();
  process.off("unhandledRejection", note);
  expect(unhandled).toEqual([]);
});

test("ports are transferred", async () => {
  there.expose({ greet: ({ port }: { readonly port: MessagePort }) => port.postMessage("hello") });
  const { port1, port2 } = new MessageChannel();
  const greeting = new Promise<unknown>((resolve) => port2.addEventListener("message", ({ data }) => resolve(data)));
  port2.start();
  await here.call("greet", [{ port: port1 }, null, "text"]);
  expect(await greeting).toBe("hello");
  port2.close();
});
