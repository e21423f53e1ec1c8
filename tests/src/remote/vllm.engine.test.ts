import { vllm } from "@decodekit/remote";
import { afterAll, describe, test } from "vitest";
import { hasWeights, startVllm } from "../../../scripts/engines/vllm.mjs";
import { loadLocal, MAX_NEW_TOKENS, testServedChatModel } from "./served-chat-model.ts";

describe.runIf(hasWeights())("vLLM with SmolLM2-135M-Instruct", { timeout: 3_600_000 }, async () => {
  // Skipped tests are collected too.
  if (!hasWeights()) return test("needs the chat model", () => undefined);
  const engine = await startVllm();
  afterAll(() => engine.stop());
  const local = await loadLocal();
  afterAll(() => local.dispose());
  const model = await vllm({ url: engine.url, vocabSize: local.causal.vocabSize, tokenizer: local.tokenizer });

  testServedChatModel({
    model,
    local,
    nearTie: 1e-3,
    async ownGreedy(prompt) {
      const body = { model: model.facts.model, prompt: [...prompt], max_tokens: MAX_NEW_TOKENS, temperature: 0, return_token_ids: true };
      const response = await fetch(`${engine.url}/v1/completions`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      });
      return ((await response.json()) as { readonly choices: { readonly token_ids: number[] }[] }).choices[0]!.token_ids;
    },
  });
});
