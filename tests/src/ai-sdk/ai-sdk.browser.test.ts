import { decodekit } from "@decodekit/ai-sdk";
import { remoteModel } from "@decodekit/ai-sdk/worker";
import { loadModel, type OnnxLanguageModel } from "@decodekit/core/onnx";
import { beamSearch } from "@decodekit/search";
import { generateObject, generateText, streamText, tool } from "ai";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { KINDS } from "../real-model/kinds.ts";
import { served, urlOf } from "../real-model/served-models.ts";

// The AI SDK's functions in a page, with the chat model in the page and in a worker.

const kind = KINDS.find(({ name }) => name === "q8")!;

describe.runIf(served)("SmolLM2-135M-Instruct in the AI SDK, in Chromium", { timeout: 600_000 }, () => {
  let chat: OnnxLanguageModel;
  let worker: Worker;
  beforeAll(async () => {
    chat = await loadModel(urlOf(kind), { execution: "wasm", modelFile: kind.modelFile });
    worker = new Worker(new URL("chat-worker.ts", import.meta.url), { type: "module", name: new URL(urlOf(kind), location.href).href });
  }, 300_000);
  afterAll(async () => {
    worker.terminate();
    await chat.dispose();
  });

  test.each([
    ["in the page", "greedy", () => decodekit(chat)],
    ["in the page, with beam search", "beam", () => decodekit(chat, { decoder: () => beamSearch({ beams: 2 }) })],
    ["in a worker, with prompt lookup", "speculative", () => remoteModel(worker)],
  ])("%s: streams text, makes an object and calls a tool", async (_place, name, modelOf) => {
    const model = modelOf();
    const { textStream, providerMetadata } = streamText({
      model,
      prompt: "What is the capital of France?",
      maxOutputTokens: 12,
      temperature: 0,
    });
    const pieces: string[] = [];
    for await (const piece of textStream) pieces.push(piece);
    expect(pieces.join("")).toContain("Paris");
    // Beams commit what they agree on, which may be all of it at the end.
    expect(pieces.length).toBeGreaterThan(name === "beam" ? 0 : 1);
    const { decoder } = (await providerMetadata)!["decodekit"] as { readonly decoder: string };
    expect(decoder).toContain(name);

    const schema = z.object({ name: z.string().min(1).max(12), age: z.int().min(0).max(120) });
    const prompt = "Write as JSON with name and age: Ada is 36 years old.";
    const { object } = await generateObject({ model, schema, prompt, temperature: 0 });
    expect(schema.parse(object)).toEqual(object);

    const add = tool({ inputSchema: z.object({ a: z.int().min(0).max(9), b: z.int().min(0).max(9) }), execute: ({ a, b }) => a + b });
    const { toolResults } = await generateText({
      model,
      prompt: "What is 1 + 2?",
      tools: { add },
      toolChoice: "required",
      providerOptions: { decodekit: { parallelToolCalls: false } },
      temperature: 0,
    });
    expect(toolResults).toHaveLength(1);
    const [{ input, output }] = toolResults as unknown as [
      { readonly input: { readonly a: number; readonly b: number }; readonly output: number },
    ];
    expect(output).toBe(input.a + input.b);
  });
});
