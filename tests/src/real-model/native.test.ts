import { loadModel } from "@decodekit/core/onnx";
import { describe, expect, test } from "vitest";
import { CACHE } from "../support/cache.ts";
import { expectTokens } from "./expect-tokens.ts";
import { asPublished, conversationsOf, KINDS, publishedRows, TRANSFORMERS_TOKENS } from "./kinds.ts";
import { arePresent, folderOf } from "./present-kinds.ts";
import { transformersJsTokens } from "./transformers-js.ts";

// A chat model in every kind of published file, on the native runtime. transformers.js runs on the same runtime, so that even 8-bit
// kernels, which differ between processors, round alike.

const NEW_TOKENS = 8;

describe.runIf(arePresent)("SmolLM2-135M-Instruct on native", { timeout: 900_000 }, () => {
  test.each(KINDS.filter(({ isExact }) => isExact))(
    "says how consistent its rows are, and answers conversations with transformers' greedy tokens: $name",
    async (kind) => {
      const model = await loadModel(folderOf(kind), { execution: "native", ...asPublished(kind), threads: 1 });
      expect(model.causal.capabilities.rowConsistency).toBe(publishedRows(kind, "native"));
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
      const warnings: string[] = [];
      const onWarning = ({ message }: { readonly message: string }): void => void warnings.push(message);
      const model = await loadModel(folderOf(kind), { execution: "native", ...asPublished(kind), threads: 1, onWarning });
      expect(model.causal.capabilities.rowConsistency).toBe(publishedRows(kind, "native"));
      expect(warnings).toEqual(kind.name === "q8" ? [expect.stringContaining("may return another text")] : []);
      for (const [index, conversation] of conversations.entries()) {
        const { prompt, tokens: expected } = cases[index]!;
        expect([...model.chat!.encode(conversation.messages)], conversation.name).toEqual(prompt);
        await expectTokens(model, conversation, { expected, newTokens: NEW_TOKENS });
      }
      await model.dispose();
    },
  );
});
