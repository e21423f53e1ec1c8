import { testModel } from "@decodekit/conformance";
import { llamaServer } from "@decodekit/remote";
import { afterAll, describe, test } from "vitest";
import { hasWeights, startLlamaServer } from "../../../scripts/engines/llama-server.mjs";
import { loadLocal, MAX_NEW_TOKENS, testServedChatModel } from "./served-chat-model.ts";

describe.runIf(hasWeights())("llama-server with SmolLM2-135M-Instruct", { timeout: 3_600_000 }, async () => {
  // Skipped tests are collected too.
  if (!hasWeights()) return test("needs the chat model", () => undefined);
  const engine = await startLlamaServer();
  afterAll(() => engine.stop());
  const local = await loadLocal();
  afterAll(() => local.dispose());
  const model = await llamaServer({ url: engine.url, tokenizer: local.tokenizer });

  describe("keeps the contract of causal models", () => {
    testModel(test, model, { tokens: local.tokenizer.encode("The ship leaves harbour 7 at 18:45, gate C-12."), tolerance: 1e-3 });
  });

  testServedChatModel({
    model,
    local,
    nearTie: 1e-3,
    async ownGreedy(prompt) {
      const body = { prompt: [...prompt], n_predict: MAX_NEW_TOKENS, samplers: ["top_k"], top_k: 1, return_tokens: true };
      const response = await fetch(`${engine.url}/completion`, { method: "POST", body: JSON.stringify(body) });
      return ((await response.json()) as { readonly tokens: number[] }).tokens;
    },
  });
});
