import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { expect, test } from "vitest";
import { type Endpoint, isEndpoint, isNodeWorker, listen, post, stop, whenEnded } from "./endpoint.ts";
import { describePlugins, terminate } from "./index.ts";
import { loadModel } from "./load-model.ts";

const startWorker = (script: string, workerData?: unknown): Worker => new Worker(script, { eval: true, workerData });
const GREETS = `const { parentPort, workerData } = require("node:worker_threads");
  parentPort.postMessage({ t: "q", m: "notify", a: ["hello", [false]] });`;

test("when a Node worker fails or ends, pending calls reject with its error or its code", async () => {
  const failing = startWorker(`${GREETS} parentPort.on("message", ({ m }) => { if (m === "call") throw new RangeError("broken"); });`);
  const error = await describePlugins(failing, "greedy").catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ name: "WorkerError", message: "The worker failed: RangeError: broken.", cause: { message: "broken" } });
  const ending = startWorker(`${GREETS} parentPort.on("message", ({ m }) => { if (m === "call") process.exit(3); });`);
  await expect(describePlugins(ending, "greedy")).rejects.toMatchObject({ name: "WorkerError", message: "The worker ended with code 3." });
  await expect(describePlugins(ending, "greedy")).rejects.toMatchObject({ message: "The worker ended with code 3." });
});

test("a Node worker that hangs is terminated after the timeout", async () => {
  const worker = startWorker(`${GREETS} for (;;);`);
  await once(worker, "message");
  const exited = once(worker, "exit");
  await terminate(worker, { timeout: 10 });
  expect(await exited).toEqual([1]);
});

test("a Node worker in the middle of a pass is terminated when the pass has ended, not before", async () => {
  const pass = new Int32Array(new SharedArrayBuffer(4));
  // Enters the gate as a pass does, leaves it on the test's signal, and then hangs.
  const worker = startWorker(
    `${GREETS} parentPort.on("message", ({ m, a }) => {
      if (m !== "call" || a[0] !== "loadModel") return;
      const { gate } = a[1][0];
      Atomics.add(gate, 0, 1);
      parentPort.postMessage({ t: "q", m: "notify", a: ["report", [1, { type: "progress", progress: "in a pass" }]] });
      Atomics.wait(workerData, 0, 0);
      Atomics.sub(gate, 0, 1);
      for (;;);
    });`,
    pass,
  );
  let hasEnded = false;
  const exited = once(worker, "exit").then(() => (hasEnded = true));
  let inPass: (progress: unknown) => void = () => undefined;
  const entered = new Promise<unknown>((resolve) => (inPass = resolve));
  const loading = loadModel("any", { worker, onProgress: inPass }).catch((error: unknown) => error);
  expect(await entered).toBe("in a pass");
  const terminated = terminate(worker, { timeout: 0 });
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(hasEnded).toBe(false);
  Atomics.store(pass, 0, 1);
  Atomics.notify(pass, 0);
  await terminated;
  await exited;
  expect(await loading).toMatchObject({ name: "WorkerError", message: "The worker was terminated." });
});

/** A page's side of a worker: events, and a function that terminates it. */
function pageWorker(): { readonly endpoint: Endpoint; readonly target: EventTarget; readonly ended: () => number } {
  let ended = 0;
  const target = new EventTarget();
  const endpoint = Object.assign(target, { postMessage: () => undefined, terminate: () => void ended++ }) as unknown as Endpoint;
  return { endpoint, target, ended: () => ended };
}

test.each([
  [Object.assign(new Event("error"), { message: "Uncaught RangeError: broken" }), "The worker failed: Uncaught RangeError: broken"],
  [new Event("error"), "The worker's script could not be loaded."],
  [Object.assign(new Event("error"), { message: "" }), "The worker's script could not be loaded."],
])("the failure of a page's worker is reported with its message: %#", (event, expected) => {
  const { endpoint, target } = pageWorker();
  const problems: string[] = [];
  whenEnded(endpoint, (problem) => problems.push(problem));
  target.dispatchEvent(event);
  expect(problems).toEqual([expected]);
});

test("an error in a worker's own scope does not end the other side", () => {
  const scope = Object.assign(new EventTarget(), { postMessage: () => undefined });
  const problems: string[] = [];
  whenEnded(scope as unknown as Endpoint, (problem) => problems.push(problem));
  scope.dispatchEvent(new Event("error"));
  scope.dispatchEvent(new Event("close"));
  expect(problems).toEqual([]);
});

test("stop terminates a worker, closes a port, and does nothing to a worker's own scope", async () => {
  const { endpoint, ended } = pageWorker();
  await stop(endpoint);
  expect(ended()).toBe(1);
  const { port1, port2 } = new MessageChannel();
  const closed = once(port2, "close");
  await stop(port1);
  await closed;
  await stop(Object.assign(new EventTarget(), { postMessage: () => undefined }) as unknown as Endpoint);
});

test("messages and ports arrive at a port, and its closing is reported", async () => {
  const { port1, port2 } = new MessageChannel();
  const inner = new MessageChannel();
  const problems: string[] = [];
  const received = new Promise<unknown>((resolve) => listen(port2, resolve));
  whenEnded(port2, (problem) => problems.push(problem));
  post(port1, { port: inner.port1 }, [inner.port1]);
  expect((await received) as object).toMatchObject({ port: { constructor: MessagePort } });
  const closed = once(port2, "close");
  port1.close();
  await closed;
  expect(problems).toEqual(["The other side closed the port."]);
  inner.port2.close();
});

test("ports, workers and scopes are endpoints, other values are not", () => {
  const { port1 } = new MessageChannel();
  const worker = startWorker("0");
  for (const endpoint of [port1, worker, pageWorker().endpoint]) expect(isEndpoint(endpoint)).toBe(true);
  for (const value of [undefined, null, 5, "worker", {}, { postMessage: () => 1 }, { on: () => 1 }, { postMessage: 1, on: () => 1 }])
    expect(isEndpoint(value)).toBe(false);
  expect([isNodeWorker(worker), isNodeWorker(port1), isNodeWorker(pageWorker().endpoint)]).toEqual([true, false, false]);
  port1.close();
});
