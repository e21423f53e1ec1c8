import { InvalidOptionError, seededRandom, type Warning } from "@decodekit/core";
import { describePlugins, generate, importDecoder, loadModel, terminate, type WorkerLanguageModel } from "@decodekit/core/worker";
import { serve, type ServeOptions } from "@decodekit/core/worker/host";
import { greedy } from "@decodekit/greedy";
import plugin from "@decodekit/greedy/plugin";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { byteModel } from "./byte-model.ts";
import { serveHere } from "./serve-here.ts";

let messages = 0;
const served = serveHere({ passes: () => void messages++ });
const { worker } = served;
let model: WorkerLanguageModel;
beforeAll(async () => {
  model = await loadModel("bytes", { worker });
});
afterAll(() => served.close());

const HOW = 'the plugin\'s name in the worker and its options, such as { plugin: "greedy", options: {} }';
const SPECIFIER = 'a module specifier, such as a name given to serve ("greedy"), or a URL';
const ENDPOINT = "a Worker or a MessagePort";
const SENDABLE = "data that can be sent to a worker (no function, no symbol)";
const NAMES = "chat, decoder, draft, logProbabilities, maxNewTokens, onWarning, random, seed, signal, stopStrings, stopTokens";

type Wrong = readonly [
  what: string,
  value: unknown,
  fields: { readonly option: string; readonly expected: string; readonly where?: string },
];

const wrongReferences: readonly Wrong[] = [
  ["nothing", undefined, { option: "*", expected: HOW }],
  ["null", null, { option: "*", expected: HOW }],
  ["a name alone", "greedy", { option: "*", expected: HOW }],
  ["an empty object", {}, { option: "*", expected: HOW }],
  ["a decoder", greedy(), { option: "*", expected: `${HOW}: a Decoder is code, which cannot be sent to a worker` }],
  ["a plugin", plugin, { option: "*", expected: `${HOW}: a DecoderPlugin is code, which cannot be sent to a worker` }],
  ["no plugin", { plugin: undefined }, { option: "*", expected: HOW }],
  ["a plugin that is not text", { plugin: 5 }, { where: "@: *", option: "plugin", expected: SPECIFIER }],
  ["a plugin without a name", { plugin: "" }, { where: "@: *", option: "plugin", expected: SPECIFIER }],
  ["options that are not an object", { plugin: "greedy", options: 5 }, { where: "@: *", option: "options", expected: "an object" }],
  ["options that are null", { plugin: "greedy", options: null }, { where: "@: *", option: "options", expected: "an object" }],
  ["options in an array", { plugin: "greedy", options: ["p"] }, { where: "@: *", option: "options", expected: "an object" }],
  [
    "an option that is a function",
    { plugin: "greedy", options: { p: 1, q: true, r: "s", t: () => 1 } },
    { option: "*.options.t", expected: "a number, a boolean or a string, since it is sent to the plugin in the worker" },
  ],
];

/** Returns the expected error fields: "@" is replaced by the called function, "*" by its argument. */
function expectedOf(fields: Wrong[2], called: string, argument: string): object {
  const filled = Object.entries({ where: "@", ...fields }).map(([name, text]) => [name, text.replace("@", called).replace("*", argument)]);
  return { code: "INVALID_OPTION", ...Object.fromEntries(filled) } as object;
}

test.each(wrongReferences)("%s is refused as a decoder at once, with the expected form", async (_, value, fields) => {
  const before = messages;
  const decoder = value as { readonly plugin: string };
  expect(errorOf(() => generate(model, "a", { decoder }))).toMatchObject(expectedOf(fields, "generate", "decoder"));
  await expect(importDecoder(worker, decoder)).rejects.toMatchObject(expectedOf(fields, "importDecoder", "plugin"));
  expect(messages).toBe(before);
});

test("a misspelt member of a decoder's reference is refused, and `worker` belongs to generate only", async () => {
  const misspelt = { plugin: "greedy", option: {} };
  const error = errorOf(() => generate(model, "a", { decoder: misspelt }));
  expect(error).toMatchObject({
    where: "generate: decoder",
    option: 'option "option"',
    expected: "one of its options (plugin, name, options, worker)",
  });
  await expect(importDecoder(worker, misspelt)).rejects.toMatchObject({ expected: "one of its options (plugin, name, options)" });
  const elsewhere = errorOf(() => generate(model, "a", { decoder: { plugin: "greedy", worker: {} as MessagePort } }));
  expect(elsewhere).toMatchObject({ where: "generate: decoder", option: "worker", expected: ENDPOINT });
});

test.each([undefined, 5, "", { plugin: "greedy" }])("describePlugins refuses %j as a plugin at once", async (specifier) => {
  const expected = { where: "describePlugins", option: "plugin", expected: SPECIFIER, actual: specifier };
  await expect(describePlugins(worker, specifier as string)).rejects.toMatchObject(expected);
});

test.each([undefined, null, 5, {}, { postMessage: () => undefined }, { on: () => undefined }, { addEventListener: () => undefined }])(
  "%o is refused as a worker",
  async (value) => {
    const endpoint = value as unknown as MessagePort;
    const expected = { code: "INVALID_OPTION", option: "worker", expected: ENDPOINT, actual: value };
    await expect(describePlugins(endpoint, "greedy")).rejects.toMatchObject({ ...expected, where: "describePlugins" });
    await expect(importDecoder(endpoint, { plugin: "greedy" })).rejects.toMatchObject({ ...expected, where: "importDecoder" });
    await expect(loadModel("bytes", { worker: endpoint })).rejects.toMatchObject({ ...expected, where: "loadModel" });
    await expect(terminate(endpoint)).rejects.toMatchObject({ ...expected, where: "terminate" });
  },
);

test.each([
  ["an unknown option", { temperature: 2 }, { option: 'option "temperature"', expected: `one of its options (${NAMES})` }],
  ["processors, which are code", { processors: [] }, { option: 'option "processors"' }],
  ["an invalid signal", { signal: {} }, { option: "signal", expected: "an AbortSignal" }],
  ["an invalid handler", { onWarning: "log" }, { option: "onWarning", expected: "a function" }],
  ["a limit that is a function", { maxNewTokens: () => 5 }, { option: "maxNewTokens", expected: SENDABLE }],
  ["a stop string that is a symbol", { stopStrings: ["a", Symbol("b")] }, { option: "stopStrings[1]", expected: SENDABLE }],
  ["a random source that seededRandom did not create", { random: { ...seededRandom(1) } }, { where: "generate", option: "random" }],
])("generate refuses %s at once", (_, options, fields) => {
  const before = messages;
  const error = errorOf(() => generate(model, "a", { decoder: { plugin: "greedy" }, ...(options as object) }));
  expect(error).toMatchObject({ code: "INVALID_OPTION", where: "generate", ...fields });
  expect(messages).toBe(before);
});

test("generate refuses a prompt that cannot be sent, and models that are not in the worker", async () => {
  const decoder = { plugin: "greedy" };
  expect(errorOf(() => generate(model, (() => "a") as unknown as string, { decoder }))).toMatchObject({
    option: "prompt",
    expected: SENDABLE,
  });
  const expected = "loaded by loadModel or loadMaskedModel of @decodekit/core/worker into the same worker";
  const other = serveHere();
  const elsewhere = await loadModel("bytes", { worker: other.worker });
  for (const wrong of [undefined, byteModel(), { ...model }] as WorkerLanguageModel[])
    expect(errorOf(() => generate(wrong, "a", { decoder }))).toMatchObject({ where: "generate", option: "model", expected, actual: wrong });
  for (const draft of [byteModel() as unknown as WorkerLanguageModel, elsewhere])
    expect(errorOf(() => generate(model, "a", { decoder, draft }))).toMatchObject({
      where: "generate",
      option: "draft",
      expected,
      actual: draft,
    });
  other.close();
});

test.each([
  [
    "an unknown option",
    { device: "gpu" },
    {
      option: 'option "device"',
      expected:
        "one of its options (worker, execution, dtype, modelFile, embeddingsFile, hiddenStates, hiddenLayers, draftHead, names, onProgress, onWarning, rewriting, signal, threads, wasmPaths, prefixCache)",
    },
  ],
  ["an invalid signal", { signal: {} }, { option: "signal", expected: "an AbortSignal" }],
  ["an invalid handler", { onProgress: 1 }, { option: "onProgress", expected: "a function" }],
  ["an invalid warning handler", { onWarning: 1 }, { option: "onWarning", expected: "a function" }],
  ["threads that are a function", { threads: () => 2 }, { option: "threads", expected: SENDABLE }],
])("loadModel refuses %s at once", async (_, options, fields) => {
  const before = messages;
  const loading = loadModel("bytes", { worker, ...(options as object) });
  await expect(loading).rejects.toMatchObject({ code: "INVALID_OPTION", where: "loadModel", ...fields });
  expect(messages).toBe(before);
});

test("a source that cannot be sent is refused with the path to the value that cannot", async () => {
  const files = { "config.json": "a", "onnx/model.onnx": () => "b" } as unknown as Record<string, string>;
  const source = Object.assign([files], { name: "x" }) as unknown as File[];
  await expect(loadModel(source, { worker })).rejects.toMatchObject({
    code: "INVALID_OPTION",
    where: "loadModel",
    option: "arguments[0].source[0].onnx/model.onnx",
    expected: "data that can be sent to another thread (no function, no symbol)",
    cause: { name: "DataCloneError" },
  });
});

test.each([
  ["an unknown option", { plugin: {} }, 'option "plugin"', "one of its options (plugins, loadModel, loadMaskedModel, endpoint)"],
  [
    "plugins that are not import functions",
    { plugins: { greedy: plugin } },
    "plugins",
    "functions that import a plugin's module, by specifier",
  ],
  ["plugins that are null", { plugins: null }, "plugins", "functions that import a plugin's module, by specifier"],
  ["an invalid loader", { loadModel: {} }, "loadModel", "a function"],
  ["an invalid endpoint", { endpoint: {} }, "endpoint", "a worker's scope or a MessagePort"],
])("serve refuses %s", (_, options, option, expected) => {
  expect(errorOf(() => serve(options as ServeOptions))).toMatchObject({ code: "INVALID_OPTION", where: "serve", option, expected });
});

test("warnings of the worker reach the caller's handler, or the console by default", async () => {
  const warning: Warning = { where: "loadModel", option: "threads", message: "threads has no effect here." };
  const warned = serveHere({
    loadModel: async (_, { onWarning }) => {
      onWarning?.(warning);
      return byteModel();
    },
  });
  const warnings: Warning[] = [];
  await loadModel("bytes", { worker: warned.worker, onWarning: (each) => warnings.push(each) });
  expect(warnings).toEqual([warning]);
  const log = vi.spyOn(console, "warn").mockImplementation(() => undefined);
  await loadModel("bytes", { worker: warned.worker });
  expect(log.mock.calls).toEqual([["decodekit: loadModel: threads has no effect here."]]);
  log.mockRestore();
  warned.close();
});

test("the call rejects with the error that a handler throws, and a loaded model is freed", async () => {
  const throwing = serveHere({
    loadModel: async (_, { onProgress }) => {
      onProgress?.({ file: "a", loadedBytes: 1, totalBytes: 2, fromCache: false });
      await new Promise((resolve) => setTimeout(resolve, 5));
      return loaded;
    },
  });
  const loaded = byteModel();
  const reason = new Error("not this one");
  const loading = loadModel("bytes", {
    worker: throwing.worker,
    onProgress: () => {
      throw reason;
    },
  });
  await expect(loading).rejects.toBe(reason);
  expect(loaded.isDisposed()).toBe(true);
  expect(throwing.held()).toEqual({ here: {}, there: {} });
  throwing.close();
});

function errorOf(call: () => unknown): InvalidOptionError {
  try {
    call();
  } catch (error) {
    if (error instanceof InvalidOptionError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}
