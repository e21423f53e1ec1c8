import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import type { ChatTemplate } from "@decodekit/core";
import { describe, expect, test } from "vitest";
import { reasoningVariables } from "../../../packages/chat/src/prompt/reasoning-variables.ts";
import { templateFacts } from "../../../packages/chat/src/prompt/template-facts.ts";
import { chatTemplate } from "../../../packages/core/src/onnx/chat/chat-template.ts";
import { huggingFaceTokenizer } from "../../../packages/core/src/onnx/hugging-face-tokenizer.ts";
import { CACHE } from "../support/cache.ts";

// What @decodekit/chat finds out about published chat templates, which render-goldens.py fetches. Without them, these tests are skipped.

const kept = path.join(CACHE, "chat-goldens.json");
const isThere = existsSync(kept);
if (!isThere) console.log(`skipped: no chat templates in ${kept}, see scripts/python-models.mjs`);
const { templates } = (isThere ? JSON.parse(readFileSync(kept, "utf8")) : { templates: {} }) as {
  readonly templates: Readonly<Record<string, string>>;
};

async function templateOf(name: string): Promise<ChatTemplate> {
  const model = { type: "BPE", unk_token: " ", vocab: { " ": 0 }, merges: [] };
  const tokenizer = huggingFaceTokenizer({ source: "one character", values: { model, added_tokens: [] } }, undefined);
  const config = { source: "tokenizer_config.json", values: { bos_token: "<bos>", eos_token: "<eos>" } };
  return chatTemplate({ source: name, texts: new Map([["default", templates[name]!]]) }, tokenizer, config);
}

describe.runIf(isThere)("published chat templates", () => {
  test.each([
    ["Qwen-Qwen3-0.6B", "hermes"],
    ["Qwen-Qwen2.5-7B-Instruct", "hermes"],
    ["ibm-granite-granite-4.0", "hermes"],
    ["meta-llama-Llama-3.1-8B-Instruct", "llama"],
    ["meta-llama-Llama-3.2-3B-Instruct", "llama"],
    ["mistralai-Mistral-Nemo-Instruct-2407", "mistral"],
    ["microsoft-Phi-3.5-mini-instruct", undefined],
    ["google-gemma-2-2b-it", undefined],
    // Notations of their own, so that tools are described in a message.
    ["deepseek-ai-DeepSeek-R1-Distill-Qwen-32B", undefined],
    ["openai-gpt-oss-120b", undefined],
  ])("%s writes calls in the notation %s", async (name, notation) => {
    expect(templateFacts(await templateOf(name))).toEqual({ notation, hasSystem: name !== "google-gemma-2-2b-it" });
  });

  test.each([
    ["Qwen-Qwen3-0.6B", { enable_thinking: false }, { enable_thinking: true }],
    ["HuggingFaceTB-SmolLM3-3B", { enable_thinking: false }, { enable_thinking: true }],
    ["openai-gpt-oss-120b", undefined, { reasoning_effort: "low" }],
    ["Qwen-Qwen2.5-7B-Instruct", undefined, undefined],
  ])("%s is told not to reason by %o, and to do so by %o", async (name, none, minimal) => {
    const chat = await templateOf(name);
    expect([reasoningVariables(chat, "none"), reasoningVariables(chat, "minimal")]).toEqual([none, minimal]);
  });
});
