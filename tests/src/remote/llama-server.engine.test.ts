import { testModel } from "@decodekit/conformance";
import { llamaServer } from "@decodekit/remote";
import { afterAll, describe, expect, test } from "vitest";
import { hasWeights, OTHER_MODEL, startLlamaServer } from "../../../scripts/engines/llama-server.mjs";
import { testEngineFaults } from "./engine-faults.ts";
import { loadLocal, MAX_NEW_TOKENS, testServedChatModel } from "./served-chat-model.ts";

describe.runIf(hasWeights())("llama-server with SmolLM2-135M-Instruct", { timeout: 3_600_000 }, async () => {
  // Skipped tests are collected too.
  if (!hasWeights()) return test("needs the chat model", () => undefined);
  let engine = await startLlamaServer();
  const { url } = engine;
  const restart = async (model?: string): Promise<void> => {
    engine = await startLlamaServer({ port: Number(new URL(url).port), ...(model !== undefined && { model }) });
  };
  afterAll(() => engine.stop());
  const local = await loadLocal();
  afterAll(() => local.dispose());
  const model = await llamaServer({ url, tokenizer: local.tokenizer });

  describe("keeps the contract of causal models", () => {
    testModel(test, model, { tokens: local.tokenizer.encode("The ship leaves harbour 7 at 18:45, gate C-12."), tolerance: 1e-3 });
  });

  testServedChatModel({
    model,
    local,
    nearTie: 1e-3,
    async ownGreedy(prompt) {
      const body = { prompt: [...prompt], n_predict: MAX_NEW_TOKENS, samplers: ["top_k"], top_k: 1, return_tokens: true };
      const response = await fetch(`${url}/completion`, { method: "POST", body: JSON.stringify(body) });
      return ((await response.json()) as { readonly tokens: number[] }).tokens;
    },
  });

  describe("under faults", () => {
    const prompt = local.chat!.encode([{ role: "user", content: "Name three things that float." }]);
    testEngineFaults({ connect: (options) => llamaServer({ url, ...options }), engine: () => engine, restart, prompt });

    test("an abort frees the slot that the request had", async () => {
      const session = await model.createSession();
      const long = Int32Array.from({ length: 1500 }, (_, index) => prompt[index % prompt.length]!);
      const controller = new AbortController();
      const pass = session.forward(long, { reads: { top: 1 }, signal: controller.signal });
      const isBusy = async (): Promise<boolean> => {
        const slots = (await (await fetch(`${url}/slots`)).json()) as { readonly is_processing: boolean }[];
        return slots.some(({ is_processing }) => is_processing);
      };
      await expect.poll(isBusy, { timeout: 20_000 }).toBe(true);
      controller.abort();
      await expect(pass).rejects.toThrow();
      await expect.poll(isBusy, { timeout: 20_000 }).toBe(false);
    });

    test("another model at the same address is noticed when a session begins", async () => {
      await engine.kill();
      await restart(OTHER_MODEL);
      await expect(model.createSession()).rejects.toMatchObject({ code: "REMOTE", reason: "wrong-model" });
      await engine.kill();
      await restart();
      await (await model.createSession()).dispose();
    });
  });
});
