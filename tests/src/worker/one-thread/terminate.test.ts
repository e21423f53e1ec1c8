import { type DecodeEvent, type Decoder, type DecoderPlugin, type Session } from "@decodekit/core";
import { describePlugins, generate, importDecoder, loadModel, terminate, WorkerError } from "@decodekit/core/worker";
import greedy from "@decodekit/greedy/plugin";
import { expect, test } from "vitest";
import { byteModel } from "./byte-model.ts";
import { serveHere } from "./serve-here.ts";
import { settle } from "./wire.ts";

const NOTHING = { here: {}, there: {} };
const ENDLESS = { maxNewTokens: 3000, stopTokens: [] };
const gone = { name: "WorkerError", code: "WORKER", message: "The worker was terminated." };

/** A decoder that ignores aborts: its one event never comes. */
const deaf: DecoderPlugin = {
  ...greedy,
  create: (): Decoder => ({
    name: "deaf",
    requires: [],
    // oxlint-disable-next-line require-yield
    async *decode() {
      await new Promise(() => undefined);
    },
  }),
};
const plugins = { deaf: async () => ({ default: deaf }) };

test("running decodes are aborted with their tokens so far, and models are freed when they have ended", async () => {
  const order: string[] = [];
  const loaded = byteModel({ passMilliseconds: 9 });
  const dispose = async (): Promise<void> => {
    order.push(`disposed with ${loaded.test.openSessions()} sessions`);
    await settle();
    order.push("freed");
  };
  const { worker, held } = serveHere({ loadModel: async () => ({ ...loaded, dispose }) });
  const model = await loadModel("bytes", { worker });
  const session = await model.causal.createSession();
  const generation = generate(model, "abc", { decoder: { plugin: "greedy" }, ...ENDLESS });
  const result = generation.result.then((given) => {
    order.push("ended");
    return given;
  });
  for await (const event of generation.events) if (event.type === "tokens-commit") break;
  await terminate(worker);
  order.push("terminated");
  const { finishReason, text } = await result;
  expect(finishReason).toBe("abort");
  expect(text).toMatch(/^de?f?/);
  expect(order.filter((step) => step !== "ended")).toEqual(["disposed with 0 sessions", "freed", "terminated"]);
  expect(order.indexOf("ended")).toBeLessThan(order.indexOf("terminated"));
  expect(held()).toEqual(NOTHING);
  await expect(session.forward(Int32Array.of(1))).rejects.toMatchObject(gone);
});

test("a generation that is still being read ends with an abort and its text", async () => {
  const { worker } = serveHere({ passMilliseconds: 9 });
  const model = await loadModel("bytes", { worker });
  const generation = generate(model, "abc", { decoder: { plugin: "greedy" }, ...ENDLESS });
  const events: DecodeEvent[] = [];
  let terminated: Promise<void> | undefined;
  for await (const event of generation.events) {
    events.push(event);
    if (event.type === "tokens-commit") terminated ??= terminate(worker);
  }
  await terminated;
  expect(events.at(-1)).toEqual({ type: "decode-end", finishReason: "abort" });
  const { finishReason, tokens, text } = await generation.result;
  expect(finishReason).toBe("abort");
  expect(tokens.length).toBeGreaterThan(0);
  expect(text.startsWith("d")).toBe(true);
});

test("calls reject from that moment on, and disposing terminated models does nothing", async () => {
  const { worker } = serveHere();
  const model = await loadModel("bytes", { worker });
  const session = await model.causal.createSession();
  const decoder = await importDecoder(worker, { plugin: "greedy" });
  const terminated = terminate(worker);
  for (const when of ["before it is terminated", "after"]) {
    const late = generate(model, "abc", { decoder: { plugin: "greedy" } });
    await expect(late.result, when).rejects.toMatchObject(gone);
    await expect(late.events[Symbol.asyncIterator]().next(), when).rejects.toMatchObject(gone);
    await expect(loadModel("bytes", { worker }), when).rejects.toMatchObject(gone);
    await expect(importDecoder(worker, { plugin: "greedy" }), when).rejects.toMatchObject(gone);
    await expect(describePlugins(worker, "greedy"), when).rejects.toMatchObject(gone);
    await expect(model.encode("a"), when).rejects.toMatchObject(gone);
    await expect(model.decode(Int32Array.of(97)), when).rejects.toMatchObject(gone);
    await expect(session.forward(Int32Array.of(97)), when).rejects.toMatchObject(gone);
    const models = byteModel();
    const events = decoder.decode({ ...models, draft: models.causal, masked: models.testMasked }, Int32Array.of(97), ENDLESS);
    await expect(events.next(), when).rejects.toMatchObject(gone);
    await terminated;
  }
  await session.dispose();
  await model.dispose();
  await terminate(worker);
});

test("calls reject with the problem", async () => {
  const { worker } = serveHere({ plugins });
  const model = await loadModel("bytes", { worker });
  const stuck = generate(model, "abc", { decoder: { plugin: "deaf" } }).result.catch((error: unknown) => error);
  await settle();
  await terminate(worker, { timeout: 20, message: "Another model was asked for." });
  const error = await stuck;
  expect(error).toBeInstanceOf(WorkerError);
  expect(error).toMatchObject({ message: "Another model was asked for.", code: "WORKER" });
  expect((error as WorkerError).cause).toBeUndefined();
  await expect(model.encode("a")).rejects.toThrow("Another model was asked for.");
});

test("a second call waits no longer than its timeout, and the first one ends with it", async () => {
  const { worker } = serveHere({ plugins });
  const model = await loadModel("bytes", { worker });
  const stuck = generate(model, "abc", { decoder: { plugin: "deaf" } }).result.catch((error: unknown) => error);
  await settle();
  let waiting = true;
  const patient = terminate(worker, { timeout: Infinity }).finally(() => (waiting = false));
  await settle();
  expect(waiting).toBe(true);
  await terminate(worker, { timeout: 0 });
  expect(await stuck).toMatchObject(gone);
  await patient;
});

test.each([-1, Number.NaN, "5"])("a timeout of %j is refused, and the worker is not terminated", async (timeout) => {
  const { worker, close } = serveHere();
  const error = await terminate(worker, { timeout: timeout as number }).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ where: "terminate", option: "timeout", expected: "a number of milliseconds >= 0", actual: timeout });
  await expect(terminate(worker, { message: 5 as unknown as string })).rejects.toMatchObject({ option: "message", expected: "a string" });
  await expect(terminate(worker, { time: 5 } as object)).rejects.toMatchObject({ expected: "one of its options (timeout, message)" });
  await expect(describePlugins(worker, "greedy")).resolves.toMatchObject([{ name: "greedy" }]);
  close();
});

test("pending loading rejects, and the loaded model is freed", async () => {
  const loaded = byteModel();
  let arrive: () => void = () => undefined;
  const { worker, held } = serveHere({
    loadModel: (_, { signal }) =>
      new Promise((_resolve, reject) => {
        arrive();
        signal?.addEventListener("abort", () => reject(signal.reason as Error));
      }),
  });
  const arrived = new Promise<void>((resolve) => (arrive = resolve));
  const loading = loadModel("bytes", { worker }).catch((error: unknown) => error);
  await arrived;
  await terminate(worker);
  expect(await loading).toMatchObject(gone);
  expect(loaded.isDisposed()).toBe(false);
  expect(held()).toEqual(NOTHING);
});

test("decoders of the worker on models of this side end, and their sessions here are freed", async () => {
  const { worker, held } = serveHere();
  const decoder = await importDecoder(worker, { plugin: "greedy" });
  const model = byteModel();
  const events = decoder.decode({ ...model, draft: model.causal, masked: model.testMasked }, Int32Array.of(97), ENDLESS);
  for (let index = 0; index < 4; index++) await events.next();
  expect(model.test.openSessions()).toBe(1);
  await terminate(worker);
  expect(model.test.openSessions()).toBe(0);
  await expect(events.next()).rejects.toMatchObject(gone);
  await settle();
  expect(held()).toEqual(NOTHING);
});

test("a session that is being created here when its worker ends is disposed, and so is a model in the worker", async () => {
  const served = serveHere();
  const decoder = await importDecoder(served.worker, { plugin: "greedy" });
  const here = byteModel();
  let make: () => void = () => undefined;
  const asked = new Promise<void>((resolve) => {
    const createSession = async (): Promise<Session> => {
      resolve();
      await new Promise<void>((made) => (make = made));
      return here.causal.createSession();
    };
    const models = { causal: { ...here.causal, createSession }, draft: here.causal, masked: here.testMasked };
    const events = decoder.decode(models, Int32Array.of(97), ENDLESS);
    void events.next().then(() => events.next().catch(() => undefined));
  });
  await asked;
  await terminate(served.worker, { timeout: 0 });
  make();
  await settle();
  expect(here.test.openSessions()).toBe(0);
  expect(served.held()).toEqual(NOTHING);

  const loaded = byteModel();
  let load: () => void = () => undefined;
  const loader = new Promise<ReturnType<typeof serveHere>>((resolve) => {
    const loading = serveHere({
      async loadModel() {
        resolve(loading);
        await new Promise<void>((arrived) => (load = arrived));
        return loaded;
      },
    });
    loadModel("bytes", { worker: loading.worker }).catch(() => undefined);
  });
  const { worker, held } = await loader;
  await terminate(worker, { timeout: 0 });
  await settle();
  load();
  await settle();
  expect(loaded.isDisposed()).toBe(true);
  expect(held()).toEqual(NOTHING);
});

test("a terminated worker ends the decoders that it runs for another worker's model, and the generation ends", async () => {
  const served = serveHere({ passMilliseconds: 9 });
  const other = serveHere();
  const model = await loadModel("bytes", { worker: served.worker });
  const generation = generate(model, "abc", { decoder: { plugin: "greedy", worker: other.worker }, ...ENDLESS });
  const outcome = generation.result.then(
    ({ finishReason }) => finishReason,
    (error: Error) => error.name,
  );
  for await (const event of generation.events) if (event.type === "tokens-commit") break;
  expect(other.held().there).toMatchObject({ ports: 1 });
  await terminate(other.worker);
  expect(["abort", "WorkerError"]).toContain(await outcome);
  await settle();
  expect(served.models[0]!.test.openSessions()).toBe(0);
  await model.dispose();
  expect([served.held(), other.held()]).toEqual([NOTHING, NOTHING]);
  served.close();
});

test("a decoder's worker that has ended, or ends unannounced, fails the generation with a WorkerError", async () => {
  const served = serveHere({ passMilliseconds: 9 });
  const model = await loadModel("bytes", { worker: served.worker });
  const first = serveHere();
  await terminate(first.worker, { message: "It was slow." });
  const late = generate(model, "abc", { decoder: { plugin: "greedy", worker: first.worker }, ...ENDLESS });
  await expect(late.result).rejects.toMatchObject({ code: "WORKER", message: "It was slow." });
  const second = serveHere({ plugins });
  const stuck = generate(model, "abc", { decoder: { plugin: "deaf", worker: second.worker }, ...ENDLESS }).result.catch(
    (error: unknown) => error,
  );
  await settle();
  await terminate(second.worker, { timeout: 0 });
  expect(await stuck).toMatchObject({ code: "WORKER" });
  await settle();
  await model.dispose();
  expect(served.held()).toEqual(NOTHING);
  served.close();
});

test("when the calling side closes its port, its running work is aborted and freed", async () => {
  const { worker, models, held } = serveHere({ passMilliseconds: 9 });
  const model = await loadModel("bytes", { worker });
  await model.causal.createSession();
  const lost = generate(model, "abc", { decoder: { plugin: "greedy" }, ...ENDLESS }).result.catch((error: unknown) => error);
  await settle();
  expect(models[0]!.test.openSessions()).toBe(2);
  worker.close();
  expect(await lost).toMatchObject({ code: "WORKER", message: "The other side closed the port." });
  await new Promise((resolve) => setTimeout(resolve, 30));
  await settle();
  expect(models[0]!.test.openSessions()).toBe(0);
  expect(models[0]!.isDisposed()).toBe(true);
  expect(held()).toEqual(NOTHING);
});

test("once a generation is over, the end of its decoder's worker is not reported to the model's worker", async () => {
  const methods: unknown[] = [];
  const served = serveHere({ passes: (message) => methods.push((message as { readonly a?: readonly unknown[] }).a?.[0]) });
  const other = serveHere();
  const model = await loadModel("bytes", { worker: served.worker });
  await generate(model, "abc", { decoder: { plugin: "greedy", worker: other.worker }, maxNewTokens: 2 }).result;
  await terminate(other.worker);
  await settle();
  expect(methods).toContain("generate");
  expect(methods).not.toContain("decoderWorkerEnded");
  served.close();
});
