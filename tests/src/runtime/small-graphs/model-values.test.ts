import { generate, type Warning } from "@decodekit/core";
import { loadModel, type ModelFiles, type OnnxLanguageModel } from "@decodekit/core/onnx";
import { greedy } from "@decodekit/greedy";
import { describe, expect, test } from "vitest";
import {
  CONTEXT_LENGTH,
  type CountingModelOptions,
  countingModel,
  json,
  MASK_TOKEN,
  tokenizer,
  VOCAB_SIZE,
} from "../../support/counting-graph.ts";

interface Loaded {
  readonly model: OnnxLanguageModel;
  readonly warnings: readonly Warning[];
}

async function load(source: ModelFiles): Promise<Loaded> {
  const warnings: Warning[] = [];
  const model = await loadModel(source, { execution: "native", onWarning: (warning) => warnings.push(warning) });
  await model.dispose();
  return { model, warnings };
}

const withConfig = (config: object, options?: CountingModelOptions & { canvas?: boolean }): Promise<Loaded> =>
  load(countingModel(options, config));

function withFile(path: string, value: object, options?: CountingModelOptions): ModelFiles {
  const { name, files } = countingModel(options);
  return { name, files: { ...files, [path]: json(value) } };
}

const messagesOf = ({ warnings }: Loaded): string[] =>
  warnings.map(({ where, option, message }) => {
    expect([where, option]).toEqual(["loadModel", "source"]);
    return message;
  });

describe("stop tokens", () => {
  const noToken = (file: string, id: string): string =>
    `counting/${file}: eos_token_id ${id} is not a token id in [0, ${VOCAB_SIZE}) and is ignored. Pass stopTokens to end texts at other tokens.`;

  test.each([
    [0, [0]],
    [VOCAB_SIZE - 1, [VOCAB_SIZE - 1]],
    [
      [2, 1, 2],
      [2, 1],
    ],
    [undefined, []],
    [null, []],
    [[], []],
  ])("are those of config.json: %j", async (eos, stopTokens) => {
    const loaded = await withConfig({ eos_token_id: eos });
    expect(loaded.model.stopTokens).toEqual(stopTokens);
    expect(loaded.warnings).toEqual([]);
  });

  test.each([VOCAB_SIZE, -1, "2", 1.5, { id: 2 }, true])("that are invalid cause a warning and are ignored: %j", async (id) => {
    const loaded = await withConfig({ eos_token_id: [3, id, 4] });
    expect(loaded.model.stopTokens).toEqual([3, 4]);
    expect(messagesOf(loaded)).toEqual([noToken("config.json", JSON.stringify(id))]);
  });

  test("of generation_config.json replace those of config.json, unless it has none", async () => {
    const { name, files } = countingModel({}, { eos_token_id: 5 });
    const both = (generation: object): ModelFiles => ({ name, files: { ...files, "generation_config.json": json(generation) } });
    expect((await load(both({ eos_token_id: [1, 2] }))).model.stopTokens).toEqual([1, 2]);
    expect((await load(both({}))).model.stopTokens).toEqual([5]);
    expect((await load(both({ eos_token_id: null }))).model.stopTokens).toEqual([5]);
    const loaded = await load(both({ eos_token_id: 99 }));
    expect(loaded.model.stopTokens).toEqual([]);
    expect(messagesOf(loaded)).toEqual([noToken("generation_config.json", "99")]);
  });
});

describe("the context length", () => {
  test.each([
    [{ max_position_embeddings: 1 }, 1],
    [{ max_position_embeddings: null, n_positions: 9 }, 9],
    [{ max_position_embeddings: undefined, n_ctx: 8 }, 8],
    [{ max_position_embeddings: 7, n_positions: 9, n_ctx: 8 }, 7],
    [{ max_position_embeddings: null }, Infinity],
  ])("of %j", async (config, expected) => {
    const loaded = await withConfig(config);
    expect(loaded.model.causal.contextLength).toBe(expected);
    expect(loaded.warnings).toEqual([]);
  });

  test.each([0, -1, "512", 1.5, [512], true, 1e300])("that is not a count causes a warning and is ignored: %j", async (value) => {
    const loaded = await withConfig({ max_position_embeddings: value, n_positions: 5 });
    expect(loaded.model.causal.contextLength).toBe(5);
    expect(messagesOf(loaded)).toEqual([
      `counting/config.json: max_position_embeddings must be an integer >= 1, got ${JSON.stringify(value)}. It is ignored.`,
    ]);
  });
});

describe("the size of the vocabulary", () => {
  test("is the graph's if it declares one, whatever config.json contains", async () => {
    const loaded = await withConfig({ vocab_size: 1000 });
    expect(loaded.model.causal.vocabSize).toBe(VOCAB_SIZE);
    expect(loaded.warnings).toEqual([]);
  });

  test("is otherwise that of config.json, or else the tokenizer's", async () => {
    const open = { statesVocabSize: false };
    expect((await withConfig({ vocab_size: 9 }, open)).model.causal.vocabSize).toBe(9);
    expect((await withConfig({}, open)).model.causal.vocabSize).toBe(VOCAB_SIZE);
    expect((await load(withFile("tokenizer.json", tokenizer(3), open))).model.causal.vocabSize).toBe(3);
    const loaded = await withConfig({ vocab_size: "9" }, open);
    expect(loaded.model.causal.vocabSize).toBe(VOCAB_SIZE);
    expect(messagesOf(loaded)).toEqual(['counting/config.json: vocab_size must be an integer >= 1, got "9". It is ignored.']);
  });

  test("may be larger than the tokenizer's, but not smaller", async () => {
    expect((await load(withFile("tokenizer.json", tokenizer(VOCAB_SIZE - 1)))).model.tokenizer.vocabSize).toBe(VOCAB_SIZE - 1);
    await expect(load(withFile("tokenizer.json", tokenizer(VOCAB_SIZE + 1)))).rejects.toMatchObject({
      name: "VocabularyMismatchError",
      vocabSizes: { model: VOCAB_SIZE, tokenizer: VOCAB_SIZE + 1 },
      message: expect.stringContaining("Use the tokenizer that the model was trained with."),
    });
  });
});

describe("added tokens beyond the model's vocabulary", () => {
  const addedAt = (id: number, content: string) => ({ id, content, special: true, single_word: false, lstrip: false, rstrip: false });
  const source = withFile("tokenizer.json", {
    ...tokenizer(VOCAB_SIZE - 1),
    added_tokens: [addedAt(VOCAB_SIZE - 1, "<end>"), addedAt(VOCAB_SIZE + 3, "<image>")],
  });

  test("may be owned, but not encoded", async () => {
    const { model } = await load(source);
    expect(model.tokenizer.vocabSize).toBe(VOCAB_SIZE);
    expect([...model.tokenizer.specialTokens!]).toEqual([["<end>", VOCAB_SIZE - 1]]);
    expect(model.tokenizer.encode("a<end>")).toEqual(Int32Array.of(0, VOCAB_SIZE - 1));
    expect(() => model.tokenizer.encode("a<image>")).toThrow(
      expect.objectContaining({
        name: "VocabularyMismatchError",
        vocabSizes: { model: VOCAB_SIZE, tokenizer: VOCAB_SIZE + 4 },
        message: expect.stringContaining('The text contains the token "<image>" (10), which the model does not know.'),
      }),
    );
    expect(() => model.tokenizer.encode("a<image>", { specialTokens: "literal" })).not.toThrow();
    expect(model.tokenizer.tokenText(VOCAB_SIZE - 1)).toBe("<end>");
  });
});

describe("a configuration with a text_config", () => {
  test("has the values of it that it does not have itself", async () => {
    const text_config = { max_position_embeddings: 12, vocab_size: 9, eos_token_id: [1, 2] };
    const open = { statesVocabSize: false };
    const { model } = await withConfig({ max_position_embeddings: undefined, eos_token_id: null, text_config }, open);
    expect([model.causal.contextLength, model.causal.vocabSize, model.stopTokens]).toEqual([12, 9, [1, 2]]);
    const own = await withConfig({ max_position_embeddings: 5, eos_token_id: 3, text_config }, open);
    expect([own.model.causal.contextLength, own.model.stopTokens]).toEqual([5, [3]]);
    expect((await withConfig({ text_config: null })).warnings).toEqual([]);
  });
});

describe("the chat template", () => {
  const files = (more: Readonly<Record<string, string>>): ModelFiles => {
    const source = countingModel({}, { eos_token_id: 5 });
    const end = { id: 6, content: "<e>", special: true, single_word: false, lstrip: false, rstrip: false };
    const own = { "tokenizer.json": json({ ...tokenizer(VOCAB_SIZE), added_tokens: [end] }) };
    return { name: source.name, files: { ...source.files, ...own, ...more } };
  };
  const text = (value: string): string => `data:text/plain,${encodeURIComponent(value)}`;
  const messages = [{ role: "user", content: "ab" }];
  const config = (chat_template: unknown, more: object = {}) => ({ "tokenizer_config.json": json({ chat_template, ...more }) });

  test("is that of chat_template.jinja, else of chat_template.json, else of tokenizer_config.json", async () => {
    const all = {
      "chat_template.jinja": text("<e>{{ 'jinja' }}"),
      "chat_template.json": json({ chat_template: "json" }),
      ...config("config"),
    };
    const rendered = async (used: Readonly<Record<string, string>>) => (await load(files(used))).model.chat?.render(messages);
    expect(await rendered(all)).toBe("<e>jinja");
    const { "chat_template.jinja": _jinja, ...others } = all;
    expect(await rendered(others)).toBe("json");
    expect(await rendered(config("config"))).toBe("config");
    expect(await rendered(config(null))).toBeUndefined();
    expect((await load(files({}))).model.chat).toBeUndefined();
  });

  test("may have others beside it, in files of their own", async () => {
    const folder = "additional_chat_templates";
    const beside = { [`${folder}/tool_use.jinja`]: text("b"), [`${folder}/rag.jinja`]: text("c") };
    const { chat } = (await load(files({ "chat_template.jinja": text("a"), ...beside }))).model;
    expect(chat!.names).toEqual(["default", "tool_use", "rag"]);
    expect([{}, { tools: [{}] }, { template: "rag" }].map((options) => chat!.render(messages, options))).toEqual(["a", "b", "c"]);
    expect((await load(files(beside))).model.chat).toBeUndefined();
  });

  test("may be a list of named templates", async () => {
    const list = [
      { name: "default", template: "d" },
      { name: "tool_use", template: "{{ messages[0].content }}" },
    ];
    const { model } = await load(files(config(list)));
    expect(model.chat!.names).toEqual(["default", "tool_use"]);
    expect([...model.chat!.encode(messages, { template: "tool_use" })]).toEqual([0, 1]);
    await expect(load(files(config([{ name: "default" }])))).rejects.toMatchObject({ name: "ModelLoadError" });
    await expect(load(files(config(5)))).rejects.toMatchObject({ name: "ModelLoadError", source: "counting/tokenizer_config.json" });
  });

  test("makes the tokenizer's eos_token a stop token", async () => {
    expect((await load(files(config("c", { eos_token: "<e>" })))).model.stopTokens).toEqual([5, 6]);
    expect((await load(files(config("c", { eos_token: { content: "<e>" } })))).model.stopTokens).toEqual([5, 6]);
    expect((await load(files(config("c", { eos_token: "<other>" })))).model.stopTokens).toEqual([5]);
    expect((await load(files(config("c")))).model.stopTokens).toEqual([5]);
    expect((await load(files({ "tokenizer_config.json": json({ eos_token: "<e>" }) }))).model.stopTokens).toEqual([5]);
  });

  test("generates from messages", async () => {
    const source = files(config("{% for message in messages %}{{ message.content }}{% endfor %}c"));
    const model = await loadModel(source, { execution: "native" });
    const options = { decoder: greedy(), maxNewTokens: 3 };
    const { tokens } = await generate(model, messages, options).result;
    expect(tokens).toEqual((await generate(model, Int32Array.of(0, 1, 2), options).result).tokens);
    await model.dispose();
    const withoutTemplate = await load(files({}));
    expect(() => generate(withoutTemplate.model, messages, options)).toThrow(
      expect.objectContaining({ name: "ChatTemplateError", source: "counting", message: expect.stringContaining("has no chat template") }),
    );
  });
});

describe("the tokenizer", () => {
  const withVocab = (vocab: object): ModelFiles =>
    withFile("tokenizer.json", { ...tokenizer(1), model: { type: "BPE", vocab, merges: [] } });

  test("encodes and decodes", async () => {
    const { model } = await load(countingModel());
    expect(model.tokenizer.encode("badge")).toEqual(Int32Array.of(1, 0, 3, 6, 4));
    expect(model.tokenizer.decode(Int32Array.of(1, 0, 3))).toBe("b a d");
    expect(model.tokenizer.decode(Int32Array.of())).toBe("");
  });

  test("keeps spaces before punctuation and leaves special tokens out of the text", async () => {
    const special = { id: 3, content: "[X]", special: true, single_word: false, lstrip: false, rstrip: false, normalized: false };
    const vocab = { a: 0, ",": 1, b: 2 };
    const source = withFile("tokenizer.json", { ...tokenizer(1), added_tokens: [special], model: { type: "BPE", vocab, merges: [] } });
    const { model } = await load(source);
    expect(model.tokenizer.vocabSize).toBe(4);
    expect(model.tokenizer.decode(Int32Array.of(0, 3, 1, 2))).toBe("a , b");
  });

  test.each([
    ["-1", -1],
    ["1.5", 1.5],
    ['"2"', "2"],
    ["null", null],
  ])("is refused when a token has the id %s", async (shown, id) => {
    await expect(load(withVocab({ a: 0, b: id }))).rejects.toMatchObject({
      name: "ModelLoadError",
      message: `counting/tokenizer.json: token "b" must have an integer >= 0 as id, got ${shown}.`,
    });
  });

  test("is refused when an added token has such an id", async () => {
    const added = { id: -3, content: "[X]", special: true, single_word: false, lstrip: false, rstrip: false, normalized: false };
    await expect(load(withFile("tokenizer.json", { ...tokenizer(1), added_tokens: [added] }))).rejects.toMatchObject({
      message: 'counting/tokenizer.json: token "[X]" must have an integer >= 0 as id, got -3.',
    });
  });

  test("may list its vocabulary, with the indices as ids", async () => {
    const model = {
      type: "Unigram",
      unk_id: 0,
      vocab: [
        ["?", 0],
        ["a", -1],
        ["b", -2],
      ],
    };
    const loaded = await load(withFile("tokenizer.json", { ...tokenizer(1), model }));
    expect(loaded.model.tokenizer.vocabSize).toBe(3);
    expect(loaded.model.tokenizer.encode("ba")).toEqual(Int32Array.of(2, 1));
  });

  test("is refused when it has no tokens", async () => {
    await expect(load(withVocab({}))).rejects.toMatchObject({
      name: "ModelLoadError",
      message: "counting/tokenizer.json: describes a tokenizer without tokens.",
    });
  });

  test("is refused with the reason when it does not describe a tokenizer", async () => {
    const error = await load(withFile("tokenizer.json", {})).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: "ModelLoadError", source: "counting/tokenizer.json", cause: expect.any(Error) });
    expect(String(error)).toMatch(/does not describe a usable tokenizer \(.+\)\.$/);
  });

  test("heeds tokenizer_config.json", async () => {
    const { name, files } = countingModel();
    const config = json({ additional_special_tokens: ["b"] });
    const { model } = await load({ name, files: { ...files, "tokenizer_config.json": config } });
    expect(model.tokenizer.decode(Int32Array.of(1, 0, 3))).toBe("a d");
  });
});

describe("a canvas graph", () => {
  test("provides a masked model with the mask token of config.json", async () => {
    const { model } = await withConfig({}, { canvas: true });
    expect(model.masked).toMatchObject({ kind: "masked", maskTokenId: MASK_TOKEN, vocabSize: VOCAB_SIZE, contextLength: CONTEXT_LENGTH });
    expect(model.causal.capabilities).toEqual({ rewind: true, fork: true, tree: true, rowConsistency: "rounding" });
  });

  test.each([undefined, null])("is not looked for when canvas is %j", async (canvas) => {
    const { model } = await withConfig({ canvas });
    expect("masked" in model).toBe(false);
    expect(model.causal.capabilities).toEqual({ rewind: true, fork: true, tree: false, rowConsistency: "rounding" });
  });

  test.each([false, "yes", 1])("is refused when canvas is %j", async (canvas) => {
    await expect(withConfig({ canvas })).rejects.toMatchObject({
      name: "ModelLoadError",
      message: `counting/config.json: canvas must be an object, got ${JSON.stringify(canvas)}.`,
    });
  });

  test.each([
    [undefined, "none"],
    [null, "null"],
    [-1, "-1"],
    [VOCAB_SIZE, `${VOCAB_SIZE}`],
    ["6", '"6"'],
    [1.5, "1.5"],
  ])("is refused when its mask token is %j", async (mask_token_id, shown) => {
    await expect(withConfig({ mask_token_id }, { canvas: true })).rejects.toMatchObject({
      name: "ModelLoadError",
      message: `counting/config.json: mask_token_id must be a token id in [0, ${VOCAB_SIZE}), got ${shown}. The model cannot predict masked tokens without one.`,
    });
  });
});
