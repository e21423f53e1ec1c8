/// <reference types="node" />
import { readFileSync } from "node:fs";
import * as core from "@decodekit/core";
import { byteTokenizer, memoryMaskedModel } from "@decodekit/core/testing";
import { expect, test } from "vitest";
import * as refinement from "./index.ts";

const AsyncFunction = (async () => undefined).constructor as new (...parameters: string[]) => (...values: unknown[]) => Promise<void>;

test("the README's example runs, here with a model that spells the alphabet from where the canvas starts", async () => {
  const { vocabSize, ...tokenizer } = byteTokenizer();
  const masked = memoryMaskedModel({
    vocabSize: vocabSize + 1,
    contextLength: 256,
    maskTokenId: vocabSize,
    logitsAt(_prefix, _canvas, index) {
      const row = new Float32Array(vocabSize + 1);
      row["a".charCodeAt(0) + index] = 9;
      return row;
    },
  });
  const model: core.LanguageModel = { name: "alphabet", masked, tokenizer: { ...tokenizer, vocabSize }, stopTokens: [] };
  const modules = {
    "@decodekit/core": core,
    "@decodekit/core/onnx": { loadModel: () => model },
    "@decodekit/refinement": refinement,
    "@decodekit/tiny-models": { stories: "stories" },
  };
  const printed: unknown[] = [];
  const console = { log: (...values: unknown[]) => printed.push(...values) };
  const example = /```js\n(.*?)```/s.exec(readFileSync(new URL("../README.md", import.meta.url), "utf8"))![1]!;
  const body = example.replaceAll(/import (\{.*?\}) from (".*?");/g, "const $1 = modules[$2];");
  await new AsyncFunction("modules", "console", body)(modules, console);
  expect(printed).toEqual(["abcdefgh".repeat(4), "abcdef"]);
});
