import { generate } from "@decodekit/core";
import { loadModel, type OnnxLanguageModel } from "@decodekit/core/onnx";
import { greedy } from "@decodekit/greedy";
import { describe, expect, test } from "vitest";
import { expectTokens } from "./expect-tokens.ts";
import { asPublished, CONVERSATIONS, KINDS, tokensOnWasm } from "./kinds.ts";
import { pickedFiles, served, urlOf } from "./served-models.ts";

// The chat model in every kind of published file on WASM in a page: float32 as picked files, the others from a server.

const NEW_TOKENS = 4;

describe.runIf(served)("SmolLM2-135M-Instruct in Chromium", { timeout: 900_000 }, () => {
  test.each(KINDS)("answers on WASM with the greedy tokens of transformers or transformers.js: $name", async (kind) => {
    const source = kind.isExact ? await pickedFiles(kind) : urlOf(kind);
    const model = await loadModel(source, { execution: "wasm", ...asPublished(kind) });
    expect(model.execution).toBe("wasm");
    await expectTokens(model, CONVERSATIONS[0]!, { expected: tokensOnWasm(kind)[0]!, newTokens: NEW_TOKENS });
    if (kind.name === "q8") await expectChat(model, tokensOnWasm(kind));
    await model.dispose();
  });
});

/** Checks a conversation of several turns, which streams text. */
async function expectChat(model: OnnxLanguageModel, expected: readonly (readonly number[])[]): Promise<void> {
  const index = CONVERSATIONS.findIndex(({ name }) => name === "several turns");
  const { messages } = CONVERSATIONS[index]!;
  expect(model.chat!.render(messages)).toMatch(/^<\|im_start\|>system\nYou are a patient .*<\|im_start\|>assistant\n$/s);
  const { textStream, result } = generate(model, messages, { decoder: greedy(), maxNewTokens: 8 });
  let streamed = "";
  for await (const piece of textStream) streamed += piece;
  const { tokens, text } = await result;
  expect(expected[index]!.slice(0, tokens.length)).toEqual([...tokens]);
  expect([streamed, text]).toEqual([text, model.tokenizer.decode(tokens)]);
  expect(text).toContain("Danube");
}
