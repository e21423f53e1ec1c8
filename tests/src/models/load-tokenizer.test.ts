import { loadModel, loadTokenizer } from "@decodekit/core/onnx";
import { stories } from "@decodekit/tiny-models";
import { afterAll, expect, test } from "vitest";
import { KINDS } from "../real-model/kinds.ts";
import { arePresent, folderOf } from "../real-model/present-kinds.ts";

const model = await loadModel(stories);
afterAll(() => model.dispose());

test("what is loaded without the weights is what a loaded model has", async () => {
  const loaded = await loadTokenizer(stories);
  const { name, stopTokens, generationConfig, causal } = model;
  expect(loaded).toMatchObject({ name, stopTokens, generationConfig, vocabSize: causal.vocabSize, contextLength: causal.contextLength });
  expect(loaded.chat).toBeUndefined();
  const text = "Once upon a time, there was a dog.\nIt ran.";
  expect(loaded.tokenizer.encode(text)).toEqual(model.tokenizer.encode(text));
  expect(loaded.tokenizer.decode(loaded.tokenizer.encode(text))).toBe(text);
});

test("with another causal model it is a language model", async () => {
  const { generate } = await import("@decodekit/core");
  const { greedy } = await import("@decodekit/greedy");
  const options = { decoder: greedy(), maxNewTokens: 12 };
  const together = { ...(await loadTokenizer(stories)), causal: model.causal };
  expect((await generate(together, "Once", options).result).text).toBe((await generate(model, "Once", options).result).text);
});

test("no graph is read", async () => {
  const read: string[] = [];
  const files = {
    describe: (path: string) => path,
    name: "texts",
    open: async (path: string) => {
      read.push(path);
      return { absent: `${path} is not there` };
    },
  };
  await expect(loadTokenizer(files as never)).rejects.toMatchObject({ code: "MODEL_LOAD", source: "tokenizer.json" });
  expect(read.filter((path) => path.endsWith(".onnx"))).toEqual([]);
});

test.runIf(arePresent)("a chat model's conversations become the same prompts", async () => {
  const folder = folderOf(KINDS[0]!);
  const [whole, text] = [await loadModel(folder), await loadTokenizer(folder)];
  afterAll(() => whole.dispose());
  const messages = [{ role: "user", content: "Hello!" }] as const;
  expect(text.chat!.encode(messages)).toEqual(whole.chat!.encode(messages));
  expect(text.stopTokens).toEqual(whole.stopTokens);
});

test("options are checked", async () => {
  await expect(loadTokenizer(stories, { onWarning: 1 } as never)).rejects.toMatchObject({ code: "INVALID_OPTION", option: "onWarning" });
});
