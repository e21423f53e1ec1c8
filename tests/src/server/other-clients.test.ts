import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import type { Listening } from "@decodekit/server/node";
import { tool as langchainTool } from "@langchain/core/tools";
import { ChatOpenAI } from "@langchain/openai";
import { APICallError, generateText, jsonSchema, Output, streamText, tool, type ToolSet } from "ai";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { KEY, loadStories, MODEL, serveStories, type StoriesForChat } from "./served-stories.ts";

// Two more clients, as they are published: LangChain's and the AI SDK's.

let model: StoriesForChat;
let server: Listening;
let baseURL: string;

beforeAll(async () => {
  model = await loadStories();
  server = await serveStories(model);
  baseURL = `${server.url}/v1`;
});
afterAll(async () => {
  await server.close({ graceSeconds: 0 });
  expect(model.openSessions()).toBe(0);
  await model.dispose();
});

const BEGINNING = "Once upon a time, there was a little girl named Lily.";
const Toy = z.object({ toy: z.enum(["ball", "doll"]), count: z.int().min(1).max(9) });

/** What the server answers to a plain request, to compare with. */
async function textOf(parameters: object): Promise<string> {
  const response = await fetch(`${baseURL}/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${KEY}` },
    body: JSON.stringify({ model: MODEL, messages: [{ role: "user", content: BEGINNING }], ...parameters }),
  });
  const { choices } = (await response.json()) as { readonly choices: readonly { readonly message: { readonly content: string } }[] };
  return choices[0]!.message.content;
}

describe("LangChain", () => {
  const chat = (more: object = {}): ChatOpenAI =>
    new ChatOpenAI({ model: MODEL, apiKey: KEY, maxTokens: 12, temperature: 0, maxRetries: 0, configuration: { baseURL }, ...more });

  test("answers and streams the server's text, with usage and log-probabilities", async () => {
    const expected = await textOf({ max_tokens: 12, temperature: 0, stop: ["."] });
    const answer = await chat({ stop: ["."], logprobs: true, topLogprobs: 2 }).invoke(BEGINNING);
    expect(answer.content).toBe(expected);
    expect(answer.usage_metadata).toMatchObject({ input_tokens: model.tokenizer.encode(BEGINNING).length });
    const { content } = answer.response_metadata["logprobs"] as { readonly content: readonly { readonly logprob: number }[] };
    expect(content.every(({ logprob }) => logprob <= 0)).toBe(true);
    let streamed = "";
    for await (const chunk of await chat({ stop: ["."] }).stream(BEGINNING)) streamed += chunk.content as string;
    expect(streamed).toBe(expected);
  });

  test("gets an object of a schema, and the call of a tool", async () => {
    const structured = chat({ maxTokens: 200 }).withStructuredOutput(Toy, { method: "jsonSchema", strict: true });
    expect(Toy.parse(await structured.invoke(BEGINNING))).toBeTruthy();
    const find = langchainTool(() => "found", { name: "find_toy", description: "Finds a toy", schema: Toy });
    const { tool_calls: calls } = await chat({ maxTokens: 90 }).bindTools([find], { tool_choice: "find_toy" }).invoke(BEGINNING);
    expect(calls).toMatchObject([{ name: "find_toy" }]);
    expect(Toy.parse(calls![0]!.args)).toBeTruthy();
  });
});

describe("the AI SDK", () => {
  const provider = (): ReturnType<typeof createOpenAICompatible> =>
    createOpenAICompatible({ name: "decodekit", baseURL, apiKey: KEY, includeUsage: true, supportsStructuredOutputs: true });
  const request = { prompt: BEGINNING, temperature: 0, maxOutputTokens: 12, maxRetries: 0 };

  test("answers and streams the server's text, with usage and extensions", async () => {
    const expected = await textOf({ max_tokens: 12, temperature: 0, stop: ["."] });
    const settings = { ...request, stopSequences: ["."], seed: 3, providerOptions: { decodekit: { decoder: "drafts", user: "me" } } };
    const answer = await generateText({ model: provider()(MODEL), ...settings });
    expect(answer.text).toBe(expected);
    expect(answer.finishReason).toMatch(/^(stop|length)$/);
    const stream = streamText({ model: provider()(MODEL), ...settings });
    let streamed = "";
    for await (const piece of stream.textStream) streamed += piece;
    expect(streamed).toBe(expected);
    expect((await stream.usage).outputTokens).toBe(answer.usage.outputTokens);
  });

  test("gets an object of a schema, and the call of a tool", async () => {
    const settings = { ...request, maxOutputTokens: 90, providerOptions: { decodekit: { parallel_tool_calls: false } } };
    const { output } = await generateText({ model: provider()(MODEL), ...settings, output: Output.object({ schema: Toy }) });
    expect(Toy.parse(output)).toBeTruthy();
    const parameters = jsonSchema<z.infer<typeof Toy>>(z.toJSONSchema(Toy) as Parameters<typeof jsonSchema>[0]);
    // The types of the SDK are not made for exactOptionalPropertyTypes.
    const tools = { findToy: tool({ description: "Finds a toy", inputSchema: parameters }) } as unknown as ToolSet;
    for (const toolChoice of ["required", { type: "tool", toolName: "findToy" }] as const) {
      const called = await generateText({ model: provider()(MODEL), ...settings, tools, toolChoice });
      expect(called.toolCalls.length).toBeGreaterThan(0);
      for (const { input } of called.toolCalls) expect(Toy.parse(input)).toBeTruthy();
      const streamed = streamText({ model: provider()(MODEL), ...settings, tools, toolChoice });
      expect((await streamed.toolCalls).map(({ input }) => input)).toEqual(called.toolCalls.map(({ input }) => input));
    }
  });

  test("ends the decode of a stream that it leaves, and reports errors", async () => {
    const controller = new AbortController();
    const settings = { ...request, maxOutputTokens: 300, abortSignal: controller.signal };
    const stream = streamText({ model: provider()(MODEL), ...settings, onError: () => undefined });
    for await (const piece of stream.textStream) if (piece !== "") controller.abort();
    await expect.poll(async () => ((await (await fetch(`${server.url}/health`)).json()) as { running: number }).running).toBe(0);
    const failed = generateText({ model: provider()(MODEL), ...request, providerOptions: { decodekit: { decoder: "none" } } });
    const error: unknown = await Promise.resolve(failed).catch((reason: unknown) => reason);
    expect(APICallError.isInstance(error) && [error.statusCode, error.message]).toEqual([
      400,
      'decoder must be one of "plain", "drafts", got "none".',
    ]);
  });
});
