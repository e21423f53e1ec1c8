import {
  type DecodeEvent,
  type DecoderPlugin,
  generate as generateHere,
  InvalidOptionError,
  type PluginOptionValues,
  seededRandom,
} from "@decodekit/core";
import { loadModel as loadModelHere, type OnnxLanguageModel } from "@decodekit/core/onnx";
import { describePlugins, type Endpoint, generate, importDecoder, loadModel, type WorkerLanguageModel } from "@decodekit/core/worker";
import greedy from "@decodekit/greedy/plugin";
import refinement from "@decodekit/refinement/plugin";
import speculative from "@decodekit/speculative/plugin";
import { stories } from "@decodekit/tiny-models";
import topP from "@decodekit/top-p/plugin";
import { afterAll, beforeAll, expect, test } from "vitest";

const PROMPT = "Once upon a time, there was a little dog named Max.";
const wasm = { execution: "wasm" } as const;

const subjects: readonly (readonly [plugin: DecoderPlugin, specifier: string, options: PluginOptionValues])[] = [
  [greedy, "@decodekit/greedy/plugin", {}],
  [topP, "@decodekit/top-p/plugin", { p: 0.9, temperature: 0.8 }],
  [pluginOf(speculative, "speculative"), "@decodekit/speculative/plugin", { drafter: "masked-draft", draftLength: "3" }],
  [pluginOf(refinement, "fast-dllm"), "@decodekit/refinement/plugin", { blockLength: 8 }],
  [pluginOf(refinement, "wino"), "@decodekit/refinement/plugin", { blockLength: 8 }],
];

function pluginOf(plugins: readonly DecoderPlugin[], name: string): DecoderPlugin {
  return plugins.find((plugin) => plugin.name === name)!;
}

/** Returns events without the fields that may differ between runs. */
const timeless = (events: readonly DecodeEvent[]): unknown[] =>
  events.map((event) => (event.type === "forward-end" ? { ...event, milliseconds: 0 } : event));

async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** Registers the tests of transfers between a page or program and `worker`; `other` is a second worker. */
export function testCrossing(worker: Endpoint, other: Endpoint): void {
  let here: OnnxLanguageModel;
  let there: WorkerLanguageModel;
  beforeAll(async () => {
    [here, there] = [await loadModelHere(stories, wasm), await loadModel(stories, { ...wasm, worker })];
  }, 60_000);
  afterAll(async () => {
    await here.dispose();
    await there.dispose();
    await there.dispose();
  });

  test.each(subjects.map(([plugin, ...rest]) => [plugin.name, plugin, ...rest] as const))(
    "%s returns the same events, text and result as without a worker",
    async (_, plugin, specifier, options) => {
      const settings = { maxNewTokens: 24, seed: 5 };
      const decoder = plugin.create(options);
      const direct = generateHere(here, PROMPT, { ...settings, decoder });
      const crossed = generate(there, PROMPT, { ...settings, decoder: { plugin: specifier, name: plugin.name, options } });
      const apart = generate(there, PROMPT, { ...settings, decoder: { plugin: specifier, name: plugin.name, options, worker: other } });
      const expected = timeless(await collect(direct.events));
      const { text, tokens, finishReason, statistics } = await direct.result;
      for (const generation of [crossed, apart]) {
        expect(timeless(await collect(generation.events))).toEqual(expected);
        const result = await generation.result;
        expect(result).toMatchObject({ text, tokens, finishReason });
        expect(result.statistics).toMatchObject({ passes: statistics.passes, drafted: statistics.drafted, accepted: statistics.accepted });
        expect((await collect(generation.textStream)).join("")).toBe(text);
      }
      const timed = await collect(crossed.timedEvents);
      expect(timed.map(({ milliseconds }) => milliseconds)).toEqual(
        timed.map(({ milliseconds }) => milliseconds).toSorted((a, b) => a - b),
      );
      // The time until a commit includes the prefill, and is at most the decode's time so far.
      const firstCommit = timed.find(({ event }) => event.type === "tokens-commit")!.milliseconds;
      const { prefillMilliseconds, timeToFirstTokenMilliseconds } = (await crossed.result).statistics;
      expect(firstCommit).toBeGreaterThanOrEqual(prefillMilliseconds);
      expect(firstCommit).toBeLessThanOrEqual(timeToFirstTokenMilliseconds!);
    },
  );

  test("text streams while it grows, stop strings end it, and the model's own passes can be called", async () => {
    const generation = generate(there, PROMPT, { decoder: { plugin: "@decodekit/greedy/plugin" }, maxNewTokens: 200, stopStrings: ["."] });
    const pieces = await collect(generation.textStream);
    expect(pieces.length).toBeGreaterThan(1);
    expect(pieces.join("")).toBe((await generation.result).text);
    expect(pieces.join("")).not.toContain(".");
    const tokens = await there.encode(PROMPT);
    expect(tokens).toEqual(here.tokenizer.encode(PROMPT));
    expect(await there.decode(tokens)).toBe(here.tokenizer.decode(tokens));
    const [session, reference] = [await there.causal.createSession(), await here.causal.createSession()];
    expect((await session.forward(tokens)).row(0)).toEqual((await reference.forward(tokens)).row(0).slice());
    await session.dispose();
    await reference.dispose();
    await expect(session.forward(tokens)).rejects.toMatchObject({ code: "DISPOSED" });
  });

  test("an abort ends it with the text so far, before the start and in the middle; a reader who stops reading ends it too", async () => {
    const decoder = { plugin: "@decodekit/greedy/plugin" };
    expect((await generate(there, PROMPT, { decoder, signal: AbortSignal.abort() }).result).finishReason).toBe("abort");
    const controller = new AbortController();
    const generation = generate(there, PROMPT, { decoder, maxNewTokens: 400, stopTokens: [], signal: controller.signal });
    for await (const event of generation.events) if (event.type === "tokens-commit") controller.abort();
    const { finishReason, tokens } = await generation.result;
    expect(finishReason).toBe("abort");
    expect(tokens.length).toBeLessThan(400);
    const left = generate(there, PROMPT, { decoder, maxNewTokens: 400, stopTokens: [] });
    for await (const event of left.events) if (event.type === "tokens-commit") break;
    expect((await left.result).finishReason).toBe("abort");
  });

  test("an abort while the plugin is still being imported ends it with no tokens", async () => {
    const decoder = { plugin: "./slow-plugin.ts" };
    for (const reference of [decoder, { ...decoder, worker: other }]) {
      const settings = { maxNewTokens: 400, stopTokens: [], signal: AbortSignal.timeout(100) };
      const generation = generate(there, PROMPT, { decoder: reference, ...settings });
      expect(await generation.result).toMatchObject({ finishReason: "abort", text: "", tokens: new Int32Array() });
      expect(await collect(generation.events)).toEqual([
        { type: "decode-start", promptLength: here.tokenizer.encode(PROMPT).length },
        { type: "decode-end", finishReason: "abort" },
      ]);
    }
  });

  test.each([
    ["type-error", { name: "TypeError", message: "not a function" }, TypeError],
    ["model-shape", { code: "MODEL_SHAPE", source: "a.onnx", tensor: "logits", expected: "float32", actual: "int8" }, Error],
    ["drafter", { name: "DrafterError", drafter: "oracle", cause: { name: "RangeError", message: "out of range" } }, Error],
    ["with-function", { name: "InvalidOptionError", where: "faulty", option: "f" }, InvalidOptionError],
    ["dom-exception", { name: "QuotaExceededError", message: "too much" }, DOMException],
  ])("an error keeps class, name, fields and cause: %s", async (failure, expected, type) => {
    const decoder = { plugin: "./faulty-plugin.ts", options: { failure } };
    for (const reference of [decoder, { ...decoder, worker: other }]) {
      const generation = generate(there, PROMPT, { decoder: reference });
      const error = await generation.result.catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(type);
      expect(error).toMatchObject(expected);
      await expect(collect(generation.events)).rejects.toBe(error);
    }
    const { finishReason } = await generate(there, PROMPT, { decoder: { plugin: "@decodekit/greedy/plugin" }, maxNewTokens: 2 }).result;
    expect(finishReason).toBe("length");
  });

  test("a thrown value that is not an Error arrives unchanged", async () => {
    const decoder = { plugin: "./faulty-plugin.ts", options: { failure: "text" } };
    await expect(generate(there, PROMPT, { decoder }).result).rejects.toBe("only a string");
  });

  test("invalid options, models, plugins and random sources are refused", async () => {
    const failureOf = (options: Partial<Parameters<typeof generate>[2]>): Promise<unknown> =>
      generate(there, PROMPT, { decoder: { plugin: "@decodekit/greedy/plugin" }, ...options }).result;
    await expect(failureOf({ maxNewTokens: -1 })).rejects.toMatchObject({ code: "INVALID_OPTION", option: "maxNewTokens" });
    await expect(failureOf({ stopStrings: [""] })).rejects.toMatchObject({ code: "INVALID_OPTION", option: "stopStrings" });
    await expect(failureOf({ decoder: { plugin: "@decodekit/top-p/plugin", options: { p: 2 } } })).rejects.toMatchObject({ option: "p" });
    await expect(failureOf({ decoder: { plugin: "./no-such-plugin.js" } })).rejects.toMatchObject({ code: "WORKER" });
    expect(() => generate({ ...there }, PROMPT, { decoder: { plugin: "greedy" } })).toThrow(InvalidOptionError);
    const random = { ...seededRandom(1) };
    expect(() => generate(there, PROMPT, { decoder: { plugin: "greedy" }, random })).toThrow(
      "random must be a source created by seededRandom",
    );
    await expect(loadModel("no-such-folder", { worker })).rejects.toMatchObject({ name: "ModelLoadError" });
    await expect(loadModel(stories, { worker, threads: 0 })).rejects.toMatchObject({ option: "threads" });
    await expect(describePlugins(worker, "./crossing.ts")).rejects.toMatchObject({ name: expect.stringMatching(/Error$/) as string });
  });

  test("a plugin describes itself, and a decoder lists the roles it requires", async () => {
    const [description] = await describePlugins(worker, "@decodekit/top-p/plugin");
    expect(description).toEqual({ ...topP, create: undefined });
    const options = { drafter: "masked-draft" };
    await expect(importDecoder(worker, { plugin: "@decodekit/speculative/plugin", options })).rejects.toMatchObject({
      option: "name",
      expected: 'one of "speculative", "judged-tree"',
    });
    expect((await importDecoder(worker, { plugin: "@decodekit/speculative/plugin", name: "speculative", options })).requires).toEqual([
      "causal",
      "masked",
    ]);
  });

  test("loading reports its progress in bytes and can be aborted", async () => {
    const loaded: number[] = [];
    const model = await loadModel(stories, { ...wasm, worker, onProgress: ({ loadedBytes }) => loaded.push(loadedBytes) });
    expect(Math.max(...loaded)).toBeGreaterThan(model.bytes);
    await model.dispose();
    const controller = new AbortController();
    const reason = new Error("enough");
    const loading = loadModel(stories, { ...wasm, worker, signal: controller.signal, onProgress: () => controller.abort(reason) });
    await expect(loading).rejects.toBe(reason);
  });
}
