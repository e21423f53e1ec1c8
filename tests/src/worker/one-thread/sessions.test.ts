import type { CausalModel, Decoder, Logits, MaskedModel, MaskedSession, Session } from "@decodekit/core";
import { withProcessors } from "@decodekit/core/toolkit";
import { importDecoder, loadModel, type WorkerLanguageModel } from "@decodekit/core/worker";
import { afterEach, beforeEach, expect, test } from "vitest";
import { byteModel } from "./byte-model.ts";
import { serveHere, type ServedHere } from "./serve-here.ts";
import { settle } from "./wire.ts";

const ids = (text: string): Int32Array => Int32Array.from(new TextEncoder().encode(text));
const rowsOf = (logits: Logits): Float32Array[] => Array.from({ length: logits.rows }, (_, index) => logits.row(index).slice());

let served: ServedHere;
let model: WorkerLanguageModel;
beforeEach(async () => {
  served = serveHere();
  model = await loadModel("bytes", { worker: served.worker });
});
afterEach(() => served.close());

test("a remote model has the model's properties, and its tokenizer works", async () => {
  const { name, execution, file, parameters, bytes, stopTokens, worker, causal, masked } = model;
  expect({ name, execution, file, parameters, bytes, stopTokens }).toEqual({
    name: "bytes",
    execution: "wasm",
    file: { path: "onnx/model_q4.onnx", dtype: "q4", reason: "it is the only one" },
    parameters: 12,
    bytes: 34,
    stopTokens: [257],
  });
  expect(worker).toBe(served.worker);
  const capabilities = { rewind: true, fork: true, tree: true };
  expect(causal).toMatchObject({ kind: "causal", vocabSize: 258, contextLength: 4000, capabilities });
  expect(masked).toMatchObject({ kind: "masked", vocabSize: 258, contextLength: 4000, maskTokenId: 256 });
  expect(await model.encode("ab")).toEqual(Int32Array.of(256, 97, 98));
  expect(await model.decode(ids("ab"))).toBe("ab");
});

test("passes return the same rows as locally, as many as requested, and lengths follow every call", async () => {
  const [session, reference] = [await model.causal.createSession(), await byteModel().causal.createSession()];
  expect(session.length).toBe(0);
  for (const [text, rows] of [
    ["ab", undefined],
    ["cde", "all"],
    ["fgh", 2],
    ["i", "last"],
  ] as const) {
    expect(rowsOf(await session.forward(ids(text), { rows }))).toEqual(rowsOf(await reference.forward(ids(text), { rows })));
    expect(session.length).toBe(reference.length);
  }
  const logits = await session.forward(ids("jk"), { rows: "all" });
  expect(logits).toMatchObject({ rows: 2, vocabSize: 258 });
  expect(logits.row(1)).toHaveLength(258);
  await session.rewindTo(4);
  expect(session.length).toBe(4);
  const fork = await session.fork!();
  expect(fork.length).toBe(4);
  await fork.forward(ids("xyz"));
  expect([session.length, fork.length]).toEqual([4, 7]);
  const second = await fork.fork!();
  expect(second.length).toBe(7);
  for (const each of [session, fork, second]) await each.dispose();
  expect(served.models[0]!.test.openSessions()).toBe(0);
});

test("trees are read, and the kept path is cached", async () => {
  const session = await model.causal.createSession();
  await session.forward(ids("a"));
  const logits = await session.forwardTree!(ids("bcxy"), Int32Array.of(-1, 0, -1, 2));
  expect(logits.rows).toBe(4);
  expect(logits.row(3).indexOf(5)).toBe("z".codePointAt(0));
  expect(session.length).toBe(1);
  await session.keepPath!(Int32Array.of(0, 1));
  expect(session.length).toBe(3);
});

test("a model's capabilities arrive, and it has no function for one that it lacks", async () => {
  const capabilities = { rewind: true, fork: false, tree: false, rowConsistency: "approximate" } as const;
  const plain = serveHere({
    async loadModel() {
      const whole = byteModel();
      const { masked: _, ...causalOnly } = whole;
      return { ...causalOnly, causal: { ...whole.causal, capabilities } };
    },
  });
  const { causal, masked } = await loadModel("bytes", { worker: plain.worker });
  expect(causal.capabilities).toEqual(capabilities);
  const session = await causal.createSession();
  expect(["fork", "forwardTree", "keepPath"].filter((member) => member in session)).toEqual([]);
  expect(masked).toBeUndefined();
  plain.close();
});

test("masked sessions predict over a causal session's cache or over their own prefix", async () => {
  const session = await model.causal.createSession();
  await session.forward(ids("abc"));
  const over = await model.masked!.createSession(session);
  expect([over.length, over.causalSession]).toEqual([3, session]);
  const logits = await over.predict(Int32Array.of(256, 256));
  expect([logits.rows, logits.row(0).indexOf(5), logits.row(1).indexOf(5)]).toEqual([2, 100, 101]);
  await session.rewindTo(2);
  expect(over.length).toBe(2);
  const own = await model.masked!.createSession();
  expect([own.length, own.causalSession]).toEqual([0, undefined]);
  await own.commit(ids("abcd"));
  expect(own.length).toBe(4);
  await own.rewindTo(1);
  expect(own.length).toBe(1);
  expect((await own.predict(Int32Array.of(256))).row(0).indexOf(5)).toBe(98);
  await Promise.all([over.dispose(), own.dispose()]);
  expect(served.models[0]!.testMasked.openSessions()).toBe(0);
});

test("a masked session over a decorated remote session shares its cache and keeps its tokens complete", async () => {
  const prefixes: number[][] = [];
  const session = await withProcessors(model.causal, [(_, { tokens }) => void prefixes.push([...tokens])]).createSession();
  await session.forward(ids("abc"));
  const over = await model.masked!.createSession(session);
  expect([over.length, over.causalSession]).toEqual([3, session]);
  await over.commit(ids("de"));
  await over.rewindTo(4);
  expect([over.length, session.length]).toEqual([4, 4]);
  (await session.forward(ids("x"))).row(0);
  expect(prefixes).toEqual([[...ids("abcdx")]]);
  await over.dispose();
  await expect(over.commit(ids("f"))).rejects.toMatchObject({ code: "DISPOSED" });
  await expect(over.rewindTo(1)).rejects.toMatchObject({ code: "DISPOSED" });
  await session.dispose();
});

test("a remote session makes leave-one-out predictions if the session can, and has no function for it otherwise", async () => {
  const [session, reference] = [await model.masked!.createSession(), await byteModel().testMasked.createSession()];
  const canvas = Int32Array.of(256, 97, 256);
  const logits = await session.predictLeaveOneOut!(canvas);
  expect(logits.rows).toBe(6);
  expect(rowsOf(logits)).toEqual(rowsOf(await reference.predictLeaveOneOut!(canvas)));
  await expect(session.predictLeaveOneOut!(canvas, { signal: AbortSignal.abort("enough") })).rejects.toBe("enough");
  const plain = serveHere({
    async loadModel() {
      const whole = byteModel();
      const createSession: MaskedModel["createSession"] = async () =>
        Object.create(await whole.testMasked.createSession(), { predictLeaveOneOut: { value: undefined } }) as MaskedSession;
      return { ...whole, masked: { ...whole.testMasked, createSession } };
    },
  });
  const { masked } = await loadModel("bytes", { worker: plain.worker });
  expect("predictLeaveOneOut" in (await masked!.createSession())).toBe(false);
  plain.close();
});

test.each(["forward", "forwardTree", "predict", "commit"] as const)(
  "an aborted %s rejects with the reason and changes nothing",
  async (pass) => {
    const [causal, masked] = [await model.causal.createSession(), await model.masked!.createSession()];
    const reason = new Error("enough");
    const options = { signal: AbortSignal.abort(reason) };
    const calls = {
      forward: () => causal.forward(ids("a"), options),
      forwardTree: () => causal.forwardTree!(ids("a"), Int32Array.of(-1), options),
      predict: () => masked.predict(ids("a"), options),
      commit: () => masked.commit(ids("a"), options),
    };
    await expect(calls[pass]()).rejects.toBe(reason);
    expect([causal.length, masked.length]).toEqual([0, 0]);
    expect([served.models[0]!.test.passes(), served.models[0]!.testMasked.passes()]).toEqual([[], []]);
  },
);

test("errors of a pass are the same as locally", async () => {
  const session = await model.causal.createSession();
  await expect(session.forward(Int32Array.of(300))).rejects.toMatchObject({ code: "INVALID_OPTION" });
  await expect(session.forward(new Int32Array(4001))).rejects.toMatchObject({ code: "CONTEXT_LENGTH" });
  await expect(session.rewindTo(5)).rejects.toMatchObject({ code: "INVALID_OPTION", option: "length" });
  expect(session.length).toBe(0);
});

test("a session is disposed once, and cannot be used any more", async () => {
  const session = await model.causal.createSession();
  await session.dispose();
  await session.dispose();
  const disposed = { code: "DISPOSED", message: "The session was disposed and can no longer be used. Create a new one." };
  await expect(session.forward(ids("a"))).rejects.toMatchObject(disposed);
  await expect(session.rewindTo(0)).rejects.toMatchObject(disposed);
  const masked = await model.masked!.createSession();
  await masked.dispose();
  await expect(masked.commit(ids("a"))).rejects.toMatchObject(disposed);
  expect(served.held().there).toEqual({ models: 2, loadedModels: 1 });
});

test("after the model is disposed it cannot be used, and disposing it again does nothing", async () => {
  await model.dispose();
  await model.dispose();
  await expect(model.encode("a")).rejects.toMatchObject({
    where: "worker",
    option: "model",
    expected: "a model that is loaded in this worker",
  });
  await expect(model.causal.createSession()).rejects.toMatchObject({ code: "DISPOSED", message: /model was disposed/ });
});

test("an error on disposal is thrown while the other side is connected", async () => {
  const failing = serveHere({ loadModel: async () => ({ ...byteModel(), dispose: () => Promise.reject(new RangeError("still in use")) }) });
  const stubborn = await loadModel("bytes", { worker: failing.worker });
  await expect(stubborn.dispose()).rejects.toThrow(RangeError);
  failing.close();
});

/** Returns the models that a decoder receives when its plugin runs in the worker. */
async function modelsSeenThere(
  models: Parameters<Decoder["decode"]>[0],
  requires: Decoder["requires"],
): Promise<Parameters<Decoder["decode"]>[0]> {
  let seen: unknown;
  const plugin = {
    name: "seeing",
    title: "Seeing",
    description: "Reports the models that it receives",
    requires,
    options: {},
    presets: [{}],
    create: () => ({
      name: "seeing",
      requires,
      // oxlint-disable-next-line require-yield
      async *decode(given: unknown) {
        seen = given;
      },
    }),
  };
  const other = serveHere({ plugins: { seeing: async () => ({ default: plugin }) } });
  const decoder = await importDecoder(other.worker, { plugin: "seeing" });
  for await (const _ of decoder.decode(models, ids("a"), { maxNewTokens: 1 }));
  await settle();
  expect(other.held()).toEqual({ here: {}, there: {} });
  other.close();
  return seen as Parameters<Decoder["decode"]>[0];
}

test("a decoder receives the models that it requires and no others", async () => {
  const here = byteModel();
  const models = { causal: here.causal, masked: here.testMasked, draft: here.causal };
  expect(Object.keys(await modelsSeenThere(models, ["causal"]))).toEqual(["causal"]);
  expect(Object.keys(await modelsSeenThere(models, ["masked", "draft"]))).toEqual(["masked", "draft"]);
  const { masked: _, ...without } = models;
  expect(Object.keys(await modelsSeenThere(without as typeof models, ["masked", "draft"]))).toEqual(["draft"]);
});

test("a model of the worker that is sent back to it arrives as the model itself", async () => {
  const seen: CausalModel[] = [];
  const plugin = {
    name: "seeing",
    title: "Seeing",
    description: "Reports the models that it receives",
    requires: ["causal"],
    options: {},
    presets: [{}],
    create: () => ({
      name: "seeing",
      requires: ["causal"],
      async *decode(given: { readonly causal: CausalModel }) {
        seen.push(given.causal);
        yield { type: "decode-start", promptLength: 1 };
      },
    }),
  };
  const home = serveHere({ plugins: { seeing: async () => ({ default: plugin }) } });
  const own = await loadModel("bytes", { worker: home.worker });
  const decoder = await importDecoder(home.worker, { plugin: "seeing" });
  for await (const _ of decoder.decode({ causal: own.causal } as Parameters<Decoder["decode"]>[0], ids("a"), { maxNewTokens: 1 }));
  expect(seen[0]).toBe(home.models[0]!.causal);
  home.close();
});

test("calls for a decode that is unknown or over are errors on the other side", async () => {
  const decoder = await importDecoder(served.worker, { plugin: "greedy" });
  const here = byteModel();
  const events = decoder.decode({ causal: here.causal, draft: here.causal, masked: here.testMasked }, ids("a"), {
    maxNewTokens: 2,
    stopTokens: [],
  });
  const collected = [];
  for await (const event of events) collected.push(event.type);
  expect(collected).toEqual(["decode-start", "forward-end", "tokens-commit", "forward-end", "tokens-commit", "decode-end"]);
  expect((await events.next()).done).toBe(true);
  expect(decoder).toMatchObject({ name: "greedy", requires: ["causal"] });
});

test("a decode that is left early ends on the other side, and its session here is freed", async () => {
  const decoder = await importDecoder(served.worker, { plugin: "greedy" });
  const here = byteModel();
  for await (const event of decoder.decode({ causal: here.causal, draft: here.causal, masked: here.testMasked }, ids("a"), {
    maxNewTokens: 9,
  }))
    if (event.type === "tokens-commit") break;
  expect(here.test.openSessions()).toBe(0);
  await model.dispose();
  expect(served.held()).toEqual({ here: {}, there: {} });
});

test("a session of this side's model can be forked and rewound from there", async () => {
  const decoder = await importDecoder(served.worker, { plugin: "speculative", options: { drafter: "ddtree", draftLength: 3 } });
  const here = byteModel();
  const opened: Session[] = [];
  const causal: CausalModel = {
    ...here.causal,
    async createSession() {
      const session = await here.causal.createSession();
      opened.push(session);
      return session;
    },
  };
  let letters = "";
  const models = { causal, draft: byteModel().causal, masked: here.testMasked };
  for await (const event of decoder.decode(models, ids("abc"), { maxNewTokens: 8 }))
    if (event.type === "tokens-commit") letters += String.fromCharCode(...event.tokens);
  expect(letters).toBe("defghijk");
  expect(opened.length).toBeGreaterThan(0);
  expect(here.test.openSessions() + here.testMasked.openSessions()).toBe(0);
});
