/// <reference types="node" />
import { readFileSync } from "node:fs";
import * as core from "@decodekit/core";
import { byteTokenizer, countingModel } from "@decodekit/core/testing";
import { expect, test } from "vitest";
import * as speculative from "./index.ts";

const AsyncFunction = (async () => undefined).constructor as new (...parameters: string[]) => (...values: unknown[]) => Promise<void>;

test("the README's example runs, here with a model that counts in bytes", async () => {
  const tokenizer = byteTokenizer();
  const model: core.LanguageModel = {
    name: "counting",
    causal: countingModel({ vocabSize: tokenizer.vocabSize, contextLength: 256 }),
    tokenizer,
    stopTokens: [],
  };
  const modules = {
    "@decodekit/core": core,
    "@decodekit/core/onnx": { loadModel: () => model },
    "@decodekit/speculative": speculative,
    "@decodekit/tiny-models": { stories: "stories" },
  };
  const written: string[] = [];
  const process = { stdout: { write: (text: string) => written.push(text) } };
  const example = /```js\n(.*?)```/s.exec(readFileSync(new URL("../README.md", import.meta.url), "utf8"))![1]!;
  const body = example.replaceAll(/import (\{.*?\}) from (".*?");/g, "const $1 = modules[$2];");
  await new AsyncFunction("modules", "process", body)(modules, process);
  // "e" ends the prompt; 26 more bytes are ASCII, the rest are no UTF-8.
  expect(written.join("")).toMatch(/^fghijklmnopqrstuvwxyz\{\|\}~\x7F\uFFFD+$/);
});
