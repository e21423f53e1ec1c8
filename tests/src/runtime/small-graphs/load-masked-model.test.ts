import { loadMaskedModel, type LoadMaskedModelOptions, loadModel, type ModelFiles } from "@decodekit/core/onnx";
import { afterEach, describe, expect, test, vi } from "vitest";
import { binary, countingModel, json } from "../../support/counting-graph.ts";
import {
  bracketTokenizer,
  CLS,
  LONGEST,
  MASK,
  neighbourGraph,
  neighbourModel,
  type NeighbourModelOptions,
  neighbourRow,
  SEP,
  VOCAB_SIZE,
} from "../../support/neighbour-graph.ts";
import { onnxFile } from "../../support/onnx-writer.ts";
import { watchGraphs } from "../../support/watch-graphs.ts";

afterEach(() => vi.restoreAllMocks());

const native = { execution: "native" } as const;

function reasonOf(source: ModelFiles, options: LoadMaskedModelOptions = {}): Promise<unknown> {
  return loadMaskedModel(source, { ...native, ...options }).catch((reason: unknown) => reason);
}

describe("a graph without a cache is loaded and predicts", () => {
  const names = { input_ids: "ids", attention_mask: "input_mask", logits: "prediction_scores" };
  test.each<[string, NeighbourModelOptions, LoadMaskedModelOptions]>([
    ["with all inputs", {}, {}],
    ["on WASM", {}, { execution: "wasm" }],
    ["with int32 inputs", { idType: "int32" }, {}],
    ["without a stated vocabulary size", { statesVocabSize: false }, {}],
    ["with other names", { names }, { names }],
  ])("%s", async (_, graph, options) => {
    const model = await loadMaskedModel(neighbourModel(graph), { ...native, ...options });
    const session = await model.masked.createSession();
    await session.commit(Int32Array.of(2));
    expect((await session.predict(Int32Array.of(MASK))).row(0)).toEqual(neighbourRow([CLS, 2, MASK, SEP], 2));
    await model.dispose();
  });

  test("with its tokens only, and float16 logits", async () => {
    const model = await loadMaskedModel(neighbourModel({ inputs: [], logitsType: "float16" }), native);
    const session = await model.masked.createSession();
    expect((await session.predict(Int32Array.of(4, MASK))).row(1)).toEqual(neighbourRow([CLS, 4, MASK, SEP], 2, 0));
    await model.dispose();
  });
});

test("a model has its name, its sizes, its stop tokens and no causal model", async () => {
  const source = neighbourModel({}, { config: { eos_token_id: SEP } });
  const model = await loadMaskedModel(source, native);
  expect(model).toMatchObject({ name: "neighbours", stopTokens: [SEP], execution: "native" });
  expect(model).toMatchObject({ masked: { kind: "masked", vocabSize: VOCAB_SIZE, contextLength: LONGEST - 2, maskTokenId: MASK } });
  expect(model.parameters).toBeGreaterThanOrEqual(VOCAB_SIZE ** 2);
  expect(model.bytes).toBe(onnxFile(neighbourGraph()).length);
  expect("causal" in model).toBe(false);
  await model.dispose();
});

test("its tokenizer adds the token that begins a text, and not the one that ends it", async () => {
  const model = await loadMaskedModel(neighbourModel(), native);
  const { tokenizer } = model;
  expect([...tokenizer.encode("ab")]).toEqual([CLS, 0, 1]);
  expect([...tokenizer.encode("")]).toEqual([CLS]);
  expect([...tokenizer.encode("ab", { addSpecialTokens: false })]).toEqual([0, 1]);
  expect([...tokenizer.encode("a[MASK]")]).toEqual([CLS, 0, MASK]);
  expect(() => tokenizer.encode("a", { other: 1 } as never)).toThrow(expect.objectContaining({ name: "InvalidOptionError" }));
  await model.dispose();
});

test.each([
  ["max_position_embeddings", {}, {}, LONGEST],
  ["max_sequence_length", { max_position_embeddings: undefined, max_sequence_length: 9 }, {}, 9],
  ["model_max_length, if it is less", {}, { model_max_length: 10 }, 10],
  ["not model_max_length, if that means no limit", {}, { model_max_length: 1e30 }, LONGEST],
  ["no limit at all", { max_position_embeddings: undefined }, {}, Infinity],
  ["the positions after that of the padding", { max_position_embeddings: 514, pad_token_id: 1 }, {}, 512],
  ["all positions, if they are counted from the first", { max_position_embeddings: 512, pad_token_id: 0 }, {}, 512],
  ["all positions of a model with a later padding token", { max_position_embeddings: 8192, pad_token_id: 5 }, {}, 8192],
  ["less than the tokens around a text", { max_position_embeddings: 1 }, {}, 2],
])("the context length is that of %s", async (_, config, tokenizerConfig, expected) => {
  const model = await loadMaskedModel(neighbourModel({}, { config, files: { "tokenizer_config.json": tokenizerConfig } }), native);
  expect(model.masked.contextLength).toBe(expected - 2);
  await model.dispose();
});

describe("the mask token is", () => {
  const usual = bracketTokenizer(["<s>", "</s>", "<mask>"]);
  const unusual = bracketTokenizer(["<s>", "</s>", "<gap>"]);
  const named = { "tokenizer_config.json": { mask_token: { content: "<gap>" } } };
  test.each<[string, Parameters<typeof neighbourModel>[1], LoadMaskedModelOptions["maskToken"], number]>([
    ["a special token with a usual name", { tokenizer: usual }, undefined, MASK],
    ["mask_token of tokenizer_config.json", { tokenizer: unusual, files: named }, undefined, MASK],
    ["mask_token_id of config.json", { config: { mask_token_id: 5 }, files: named }, undefined, 5],
    ["the option, by id", { config: { mask_token_id: 5 } }, 4, 4],
    ["the option, by the name of a special token", { tokenizer: unusual }, "<gap>", MASK],
    ["the option, by the name of another token", {}, "c", 2],
  ])("%s", async (_, files, maskToken, expected) => {
    const model = await loadMaskedModel(neighbourModel({}, files), { ...native, maskToken });
    expect(model.masked.maskTokenId).toBe(expected);
    await model.dispose();
  });

  test("asked for if no file names one", async () => {
    expect(await reasonOf(neighbourModel({}, { tokenizer: unusual }))).toMatchObject({
      name: "ModelLoadError",
      source: "neighbours/tokenizer.json",
      message: expect.stringContaining("Pass its name or id as maskToken."),
    });
  });

  test("asked for if a file names one that does not exist", async () => {
    expect(await reasonOf(neighbourModel({}, { files: named }))).toMatchObject({
      name: "ModelLoadError",
      source: "neighbours/tokenizer_config.json",
      message: expect.stringContaining('mask_token is "<gap>", which is not a token of the model'),
    });
    expect(await reasonOf(neighbourModel({}, { config: { mask_token_id: VOCAB_SIZE } }))).toMatchObject({
      name: "ModelLoadError",
      source: "neighbours/config.json",
    });
  });

  test.each(["<gap>", "ab", VOCAB_SIZE])("refused if the option is %s", async (maskToken) => {
    const expected = `a token id in [0, ${VOCAB_SIZE}), or the name of a token, such as "[MASK]"`;
    expect(await reasonOf(neighbourModel(), { maskToken })).toMatchObject({
      name: "InvalidOptionError",
      where: "loadMaskedModel",
      option: "maskToken",
      expected,
      actual: maskToken,
    });
  });
});

describe("an option is refused:", () => {
  test.each<[string, object]>([
    ["names", { names: "input_mask" }],
    ["names", { names: null }],
    ["names", { names: { output: "logits" } }],
    ["names", { names: { logits: "" } }],
    ["names", { names: { attention_mask: "mask", token_type_ids: "mask" } }],
    ["maskToken", { maskToken: -1 }],
    ["maskToken", { maskToken: "" }],
    ["dtype", { dtype: "q3" }],
    ['option "mask"', { mask: 1 }],
  ])("%s", async (option, options) => {
    expect(await reasonOf(neighbourModel(), options)).toMatchObject({ name: "InvalidOptionError", where: "loadMaskedModel", option });
  });

  test("the source", async () => {
    for (const source of [5, { name: 5, files: {} }, { files: { "config.json": "relative" } }])
      expect(await reasonOf(source as never)).toMatchObject({ name: "InvalidOptionError", where: "loadMaskedModel" });
  });
});

describe("a graph is refused", () => {
  test.each<[string, ModelFiles, LoadMaskedModelOptions, object]>([
    [
      "with a cache",
      countingModel(),
      {},
      {
        tensor: "input past_key_values.0.key",
        actual: "the cache of a causal model: load it with loadModel",
      },
    ],
    [
      "of a causal model without a cache",
      neighbourModel({}, { config: { architectures: ["LlamaForCausalLM"] } }),
      {},
      { tensor: "the model", actual: "a causal one by the architectures of config.json: load it with loadModel" },
    ],
    ["without the tokens", neighbourModel({ names: { input_ids: "ids" } }), {}, { tensor: "input_ids" }],
    ["without the logits", neighbourModel({ names: { logits: "scores" } }), {}, { tensor: "logits" }],
    ["without an input that the option names", neighbourModel(), { names: { attention_mask: "input_mask" } }, { tensor: "input_mask" }],
    ["without the output that the option names", neighbourModel(), { names: { logits: "scores" } }, { tensor: "scores" }],
    ["with another input", neighbourModel({ names: { attention_mask: "input_mask" } }), {}, { tensor: "input input_mask" }],
    [
      "for texts of one length",
      neighbourModel({ length: 4 }),
      {},
      { tensor: "input_ids", actual: "(batch, 4): export the model with a sequence of any length" },
    ],
  ])("%s, and is released", async (_, source, options, expected) => {
    const { count } = await watchGraphs();
    expect(await reasonOf(source, options)).toMatchObject({ name: "ModelShapeError", ...expected });
    expect(count).toEqual({ made: 1, released: 1 });
  });

  test("whose vocabulary is smaller than the tokenizer's", async () => {
    const tokenizer = bracketTokenizer(undefined, true, VOCAB_SIZE + 9);
    expect(await reasonOf(neighbourModel({}, { tokenizer }))).toMatchObject({ name: "VocabularyMismatchError" });
  });

  test("that does not return a row for each token", async () => {
    const { nodes, outputs, ...graph } = neighbourGraph();
    const whole = nodes.map((node) => ({ ...node, outputs: node.outputs.map((name) => (name === "logits" ? "all" : name)) }));
    const pruned = {
      ...graph,
      nodes: [...whole, { op: "Slice", inputs: ["all", "before end", "end", "axis"], outputs: ["logits"] }],
      outputs,
    };
    const { files } = neighbourModel();
    const model = await loadMaskedModel({ name: "pruned", files: { ...files, "onnx/model.onnx": binary(onnxFile(pruned)) } }, native);
    const session = await model.masked.createSession();
    await expect(session.predict(Int32Array.of(1, 2))).rejects.toMatchObject({ name: "ModelShapeError", expected: "3 rows" });
    await model.dispose();
  });
});

describe("loadModel advises loadMaskedModel", () => {
  test.each([
    ["whose configuration names the class", {}],
    ["whose configuration has a mask token", { architectures: ["LLaDAModelLM"], mask_token_id: MASK }],
  ])("for a model %s", async (_, config) => {
    await expect(loadModel(neighbourModel({}, { config }), native)).rejects.toMatchObject({
      name: "ModelShapeError",
      tensor: "past_key_values.0.key",
      actual: expect.stringContaining("load it with loadMaskedModel"),
    });
  });

  test("and not for other graphs without a cache", async () => {
    const { files } = neighbourModel();
    await expect(loadModel({ name: "plain", files: { ...files, "config.json": json({}) } }, native)).rejects.toMatchObject({
      name: "ModelShapeError",
      tensor: "past_key_values.0.key",
      actual: expect.not.stringContaining("loadMaskedModel"),
    });
  });
});

test("a conversation becomes a prompt with the template of the model's files", async () => {
  const template = { chat_template: "{% for message in messages %}{{ message.content }}{% endfor %}" };
  const model = await loadMaskedModel(neighbourModel({}, { files: { "tokenizer_config.json": template } }), native);
  expect([...model.chat!.encode([{ role: "user", content: "ab" }])]).toEqual([0, 1]);
  await model.dispose();
});

test("an abort stops loading", async () => {
  expect(await reasonOf(neighbourModel(), { signal: AbortSignal.abort(new Error("enough")) })).toMatchObject({ message: "enough" });
});
