import type { DecodeEvent, Decoder } from "@decodekit/core";
import { describePlugins, generate, importDecoder, loadModel } from "@decodekit/core/worker";
import { expect, test } from "vitest";
import { byteModel } from "./byte-model.ts";
import { serveHere, type ServedHere } from "./serve-here.ts";
import { settle } from "./wire.ts";

const PROMPT = "abc";
/** More tokens than are ever decoded before the abort. */
const ENDLESS = { maxNewTokens: 3000, stopTokens: [] };
const NOTHING = { here: {}, there: {} };
const LETTERS = "abcdefghijklmnopqrstuvwxyz";

/** Numbers of messages after which the abort comes; 0 is before the first one. */
const moments = Array.from({ length: 13 }, (_, moment) => moment);

const reasons: readonly (readonly [name: string, reason: unknown])[] = [
  ["the default reason", undefined],
  ["an error", new RangeError("enough")],
  ["a text", "enough"],
  ["an object that cannot be sent", { why: () => "enough" }],
  ["an object without a text", Object.assign(Object.create(null), { why: () => "enough" })],
];

/** Aborts after the given number of messages, counted from the call of `begin`. */
function abortAfter(
  moment: number,
  reason?: unknown,
): { readonly signal: AbortSignal; readonly passes: () => void; readonly begin: () => void } {
  const controller = new AbortController();
  let left = Infinity;
  const check = (): void => {
    if (left === 0) controller.abort(reason);
  };
  return {
    signal: controller.signal,
    passes() {
      left--;
      check();
    },
    begin() {
      left = moment;
      check();
    },
  };
}

async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}

function openSessions({ models }: Pick<ServedHere, "models">): number {
  return models.reduce((sum, { test: causal, testMasked }) => sum + causal.openSessions() + testMasked.openSessions(), 0);
}

test.each(moments)("generate ends with the tokens so far and holds nothing when the abort comes after message %i", async (moment) => {
  const { signal, passes, begin } = abortAfter(moment);
  const served = serveHere({ passes, passMilliseconds: 9 });
  const model = await loadModel("bytes", { worker: served.worker });
  begin();
  const generation = generate(model, PROMPT, { decoder: { plugin: "greedy" }, signal, ...ENDLESS });
  const { finishReason, tokens, text } = await generation.result;
  const events = await collect(generation.events);
  expect(finishReason).toBe("abort");
  expect(events.at(-1)).toEqual({ type: "decode-end", finishReason: "abort" });
  expect(tokens.length).toBeLessThanOrEqual(moment + 1);
  expect(text).toBe(LETTERS.slice(3, 3 + tokens.length));
  expect((await collect(generation.textStream)).join("")).toBe(text);
  await settle();
  expect(openSessions(served)).toBe(0);
  await model.dispose();
  expect(served.models.map(({ isDisposed }) => isDisposed())).toEqual([true]);
  expect(served.held()).toEqual(NOTHING);
  served.close();
});

test.each(moments)("so does generate with the decoder in another worker, after message %i", async (moment) => {
  const { signal, passes, begin } = abortAfter(moment);
  const served = serveHere({ passes, passMilliseconds: 9 });
  const other = serveHere({ passes });
  const model = await loadModel("bytes", { worker: served.worker });
  begin();
  const decoder = { plugin: "greedy", worker: other.worker };
  const { finishReason, tokens, text } = await generate(model, PROMPT, { decoder, signal, ...ENDLESS }).result;
  expect(finishReason).toBe("abort");
  expect(text).toBe(LETTERS.slice(3, 3 + tokens.length));
  await model.dispose();
  await settle();
  expect(openSessions(served)).toBe(0);
  expect([served.held(), other.held()]).toEqual([NOTHING, NOTHING]);
  served.close();
  other.close();
});

test.each(moments.flatMap((moment) => reasons.map(([name, reason]) => [moment, name, reason] as const)))(
  "a decoder in a worker, on models of this thread, ends with an abort after message %i for %s",
  async (moment, _, reason) => {
    const { signal, passes, begin } = abortAfter(moment, reason);
    const served = serveHere({ passes });
    const decoder = await importDecoder(served.worker, { plugin: "greedy" });
    const model = byteModel();
    begin();
    const events = await collect(
      decoder.decode({ ...model, draft: model.causal, masked: model.testMasked }, Int32Array.of(97), { ...ENDLESS, signal }),
    );
    expect(events.at(-1)).toEqual({ type: "decode-end", finishReason: "abort" });
    expect(lettersOf(events)).toBe(LETTERS.slice(1, 1 + lettersOf(events).length));
    expect(model.test.openSessions()).toBe(0);
    await settle();
    expect(served.held()).toEqual(NOTHING);
    served.close();
  },
);

test.each(moments.flatMap((moment) => reasons.map(([name, reason]) => [moment, name, reason] as const)))(
  "loading rejects with the same reason, and frees the model, when the abort comes after message %i with %s",
  async (moment, _, reason) => {
    const { signal, passes, begin } = abortAfter(moment, reason);
    const loaded = byteModel();
    const served = serveHere({
      passes,
      async loadModel(_source, { onProgress, signal: given }) {
        for (let loadedBytes = 1; loadedBytes < 4; loadedBytes++) {
          onProgress?.({ file: "onnx/model.onnx", loadedBytes, totalBytes: undefined, fromCache: false });
          await settle();
          given?.throwIfAborted();
        }
        return loaded;
      },
    });
    // Completes the handshake before the messages are counted.
    await describePlugins(served.worker, "greedy");
    begin();
    const loading = loadModel("bytes", { worker: served.worker, signal });
    // The call, three progress reports and the answer: an abort after those is too late.
    if (moment > 5) {
      const model = await loading;
      expect(signal.aborted).toBe(false);
      await model.dispose();
    } else {
      const error: unknown = await loading.then(
        () => "loaded",
        (thrown: unknown) => thrown,
      );
      expect(error).toBe(signal.reason);
      expect(loaded.isDisposed()).toBe(moment === 5);
    }
    await settle();
    expect(served.held()).toEqual(NOTHING);
    served.close();
  },
);

test.each(moments.slice(0, 4))(
  "a pass on a model in a worker rejects with the reason or completes when the abort comes after message %i",
  async (moment) => {
    const { signal, passes, begin } = abortAfter(moment);
    const served = serveHere({ passes });
    const model = await loadModel("bytes", { worker: served.worker });
    const session = await model.causal.createSession();
    await session.forward(Int32Array.of(97));
    begin();
    const outcome: unknown = await session.forward(Int32Array.of(98, 99), { rows: "all", signal }).then(
      ({ rows }) => rows,
      (error: unknown) => error,
    );
    expect(outcome).toBe(moment < 2 ? signal.reason : 2);
    expect(session.length).toBe(moment < 2 ? 1 : 3);
    // The session in the worker has the same length, so the next pass continues from it.
    await session.forward(Int32Array.of(100));
    expect(served.models[0]!.test.passes().at(-1)).toMatchObject({ start: moment < 2 ? 1 : 3 });
    await session.dispose();
    await model.dispose();
    expect(served.held()).toEqual(NOTHING);
    served.close();
  },
);

/** A plugin whose module never loads. */
const plugins = { never: () => new Promise<never>(() => undefined) };

test.each(["here", "there"])("an abort ends the wait for a plugin that never loads, models %s", async (side) => {
  const served = serveHere({ plugins });
  const controller = new AbortController();
  setTimeout(() => controller.abort(), 20);
  const settings = { ...ENDLESS, signal: controller.signal };
  if (side === "there") {
    const other = serveHere({ plugins });
    const model = await loadModel("bytes", { worker: served.worker });
    for (const worker of [undefined, other.worker]) {
      const generation = generate(model, PROMPT, { ...settings, decoder: { plugin: "never", worker } });
      expect(await generation.result).toMatchObject({ finishReason: "abort", text: "", tokens: new Int32Array() });
      expect(await collect(generation.events)).toEqual([
        { type: "decode-start", promptLength: 4 },
        { type: "decode-end", finishReason: "abort" },
      ]);
    }
    other.close();
  } else {
    // The module loads once, to report what the decoder requires.
    const first = serveHere({ plugins: { late: onceThen(async () => (await import("@decodekit/greedy/plugin")) as unknown) } });
    const decoder: Decoder = await importDecoder(first.worker, { plugin: "late" });
    const model = byteModel();
    const events = await collect(
      decoder.decode({ causal: model.causal, draft: model.causal, masked: model.testMasked }, Int32Array.of(97), settings),
    );
    expect(events).toEqual([
      { type: "decode-start", promptLength: 1 },
      { type: "decode-end", finishReason: "abort" },
    ]);
    await settle();
    expect(first.held()).toEqual(NOTHING);
    first.close();
  }
  served.close();
});

/** Returns the result of `first` at the first call; later calls never settle. */
function onceThen<Result>(first: () => Promise<Result>): () => Promise<Result> {
  let calls = 0;
  return () => (calls++ === 0 ? first() : new Promise<never>(() => undefined));
}

function lettersOf(events: readonly DecodeEvent[]): string {
  return String.fromCharCode(...events.flatMap((event) => (event.type === "tokens-commit" ? [...event.tokens] : [])));
}
