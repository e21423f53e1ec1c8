import type { OnnxLanguageModel } from "@decodekit/core/onnx";
import { describe, expect, test } from "vitest";
import { CACHE } from "../support/cache.ts";
import { expectTokens } from "./expect-tokens.ts";
import { asPublished, conversationsOf, type Kind, KINDS, publishedRows, publishedWarnings, TRANSFORMERS_TOKENS } from "./kinds.ts";
import { loadWithWarnings } from "./load-with-warnings.ts";
import { arePresent } from "./present-kinds.ts";
import { transformersJsTokens } from "./transformers-js.ts";

// A chat model in every kind of published file, on the native runtime. transformers.js runs on the same runtime, so that even 8-bit
// kernels, which differ between processors, round alike.

const NEW_TOKENS = 8;

/** Loads a kind as it was published, and checks what it says of its rows. */
async function loadPublished(kind: Kind): Promise<OnnxLanguageModel> {
  const { model, warnings } = await loadWithWarnings(kind, { execution: "native", ...asPublished(kind), threads: 1 });
  expect(model.causal.capabilities.rowConsistency).toBe(publishedRows(kind, "native"));
  expect(warnings).toEqual(publishedWarnings(kind).map((part) => expect.stringContaining(part)));
  return model;
}

describe.runIf(arePresent)("SmolLM2-135M-Instruct on native", { timeout: 900_000 }, () => {
  test.each(KINDS.filter(({ isExact }) => isExact))(
    "says how consistent its rows are, and answers conversations with transformers' greedy tokens: $name",
    async (kind) => {
      const model = await loadPublished(kind);
      const newTokens = kind.name === "fp32" ? 32 : NEW_TOKENS;
      for (const [index, conversation] of conversationsOf(kind).entries())
        await expectTokens(model, conversation, { expected: TRANSFORMERS_TOKENS[index]!, newTokens });
      await model.dispose();
    },
  );

  test.each(KINDS.filter(({ isExact }) => !isExact))(
    "says how consistent its rows are, and answers conversations with transformers.js's greedy tokens on the same file: $name",
    async (kind) => {
      const conversations = conversationsOf(kind);
      const cases = await transformersJsTokens(kind, { cache: CACHE, conversations, newTokens: NEW_TOKENS });
      const model = await loadPublished(kind);
      for (const [index, conversation] of conversations.entries()) {
        const { prompt, tokens: expected } = cases[index]!;
        expect([...model.chat!.encode(conversation.messages)], conversation.name).toEqual(prompt);
        await expectTokens(model, conversation, { expected, newTokens: NEW_TOKENS });
      }
      await model.dispose();
    },
  );
});
