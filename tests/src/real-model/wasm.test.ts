import { loadModel } from "@decodekit/core/onnx";
import { describe, expect, test } from "vitest";
import { expectTokens } from "./expect-tokens.ts";
import { asPublished, conversationsOf, KINDS, publishedRows, tokensOnWasm } from "./kinds.ts";
import { arePresent, folderOf } from "./present-kinds.ts";

// The chat model in every kind of published file, on WASM in Node. WASM computes the same everywhere, so the tokens are known.

const NEW_TOKENS = 4;

describe.runIf(arePresent)("SmolLM2-135M-Instruct on WASM in Node", { timeout: 900_000 }, () => {
  test.each(KINDS)(
    "says how consistent its rows are, and answers conversations with the greedy tokens of transformers or transformers.js: $name",
    async (kind) => {
      const model = await loadModel(folderOf(kind), { execution: "wasm", ...asPublished(kind) });
      expect(model.execution).toBe("wasm");
      expect(model.causal.capabilities.rowConsistency).toBe(publishedRows(kind, "wasm"));
      const expected = tokensOnWasm(kind);
      for (const [index, conversation] of conversationsOf(kind).entries())
        await expectTokens(model, conversation, { expected: expected[index]!, newTokens: NEW_TOKENS });
      await model.dispose();
    },
  );
});
