import { describe, expect, test } from "vitest";
import { expectTokens } from "./expect-tokens.ts";
import { asPublished, CONVERSATIONS, KINDS, publishedRows, publishedWarnings, tokensOnWasm } from "./kinds.ts";
import { loadWithWarnings } from "./load-with-warnings.ts";
import { arePresent } from "./present-kinds.ts";

// The chat model in every kind of published file, on WASM in Node. WASM computes the same everywhere, so the tokens are known.

const NEW_TOKENS = 4;
/** Conversations of each kind: the files are those of the native tests, which have all of them. */
const FIRST = 3;

describe.runIf(arePresent)("SmolLM2-135M-Instruct on WASM in Node", { timeout: 900_000 }, () => {
  test.each(KINDS)(
    "says how consistent its rows are, and answers conversations with the greedy tokens of transformers or transformers.js: $name",
    async (kind) => {
      const { model, warnings } = await loadWithWarnings(kind, { execution: "wasm", ...asPublished(kind) });
      expect(warnings).toEqual(publishedWarnings(kind).map((part) => expect.stringContaining(part)));
      expect(model.execution).toBe("wasm");
      expect(model.causal.capabilities.rowConsistency).toBe(publishedRows(kind, "wasm"));
      const expected = tokensOnWasm(kind);
      for (const [index, conversation] of CONVERSATIONS.slice(0, FIRST).entries())
        await expectTokens(model, conversation, { expected: expected[index]!, newTokens: NEW_TOKENS });
      await model.dispose();
    },
  );
});
