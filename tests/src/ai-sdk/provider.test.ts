import type { LanguageModelV4CallOptions, LanguageModelV4StreamPart } from "@ai-sdk/provider";
import { decodekit, type DecodekitSettings } from "@decodekit/ai-sdk";
import { InvalidOptionError, type LanguageModel } from "@decodekit/core";
import { withPrefixCache } from "@decodekit/core/toolkit";
import { greedy } from "@decodekit/greedy";
import { speculative, suffix } from "@decodekit/speculative";
import {
  convertToModelMessages,
  createUIMessageStreamResponse,
  generateObject,
  generateText,
  isStepCount,
  streamText,
  tool,
  toUIMessageStream,
  type UIMessage,
} from "ai";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { all, hermesCall, scripted } from "../../../packages/chat/src/chat-models-for-tests.ts";

// What the AI SDK's own functions make of models whose logits are known.

const prompt: LanguageModelV4CallOptions["prompt"] = [{ role: "user", content: [{ type: "text", text: "What is 1 + 2?" }] }];
const CALL = '<tool_call>\n{"name": "add", "arguments": {"a": 1, "b": 2}}\n</tool_call>';

/** Returns the parts of a call. */
async function partsOf(model: LanguageModel, options: Partial<LanguageModelV4CallOptions> = {}, settings: DecodekitSettings = {}) {
  const { stream } = await decodekit(model, settings).doStream({ prompt, temperature: 0, ...options });
  return all(stream as unknown as AsyncIterable<LanguageModelV4StreamPart>);
}
const warningsOf = (parts: readonly LanguageModelV4StreamPart[]): unknown =>
  parts.flatMap((part) => (part.type === "stream-start" ? part.warnings : []));

describe("the stream of a call", () => {
  test("begins with warnings and metadata, has blocks that begin and end, and ends with usage and what the decoder did", async () => {
    const model = scripted("<think>Hm.</think>Yes.");
    const parts = await partsOf(model, {}, { modelId: "m" });
    const types = parts.map(({ type }) => type);
    expect(types.join(" ")).toBe(
      "stream-start response-metadata reasoning-start reasoning-delta reasoning-delta reasoning-delta reasoning-end text-start text-delta text-delta text-delta text-delta text-end finish",
    );
    expect(parts.slice(0, 2)).toEqual([
      { type: "stream-start", warnings: [] },
      { type: "response-metadata", id: "reply-1", modelId: "m" },
    ]);
    const promptTokens = model.chat!.encode([{ role: "user", content: "What is 1 + 2?" }]).length;
    expect(parts.at(-1)).toMatchObject({
      finishReason: { unified: "stop", raw: "stop" },
      usage: {
        inputTokens: { total: promptTokens, noCache: promptTokens, cacheRead: 0 },
        outputTokens: { total: 22, text: 4, reasoning: 18 },
      },
      providerMetadata: { decodekit: { decoder: "greedy", passes: 23, tokensPerPass: 1, drafted: 0, accepted: 0 } },
    });
  });

  test("tells a tool's input as it is written, and the call at its end", async () => {
    const parts = await partsOf(scripted(`I add.\n${CALL}`), {
      tools: [
        { type: "function", name: "add", inputSchema: { type: "object", properties: { a: { type: "integer" }, b: { type: "integer" } } } },
      ],
    });
    const id = "call00001";
    const input = parts.filter((part) => part.type === "tool-input-delta").map((part) => part.delta);
    expect(input.length).toBeGreaterThan(10);
    expect(input.join("")).toBe('{"a": 1, "b": 2}');
    expect(parts.filter(({ type }) => ["text-end", "tool-input-start", "tool-input-end", "tool-call"].includes(type))).toEqual([
      { type: "text-end", id: "0" },
      { type: "tool-input-start", id, toolName: "add" },
      { type: "tool-input-end", id },
      { type: "tool-call", toolCallId: id, toolName: "add", input: '{"a": 1, "b": 2}' },
    ]);
    expect(parts.at(-1)).toMatchObject({ finishReason: { unified: "tool-calls" } });
  });

  test("has no call that the limit cut", async () => {
    const tools = [{ type: "function", name: "add", inputSchema: { type: "object", properties: { a: { type: "integer" } } } }] as const;
    const parts = await partsOf(scripted(CALL), { tools: [...tools], maxOutputTokens: 50 });
    expect(parts.map(({ type }) => type)).toContain("tool-input-end");
    expect(parts.map(({ type }) => type)).not.toContain("tool-call");
    expect(parts.at(-1)).toMatchObject({ finishReason: { unified: "length" } });
  });

  test("has the events of the decode, if they are asked for", async () => {
    const decoder: DecodekitSettings["decoder"] = ({ sampler }) => speculative({ drafter: suffix(), sampler });
    const parts = await partsOf(scripted("abcabcabcabc"), { includeRawChunks: true }, { decoder });
    const raw = parts.flatMap((part) => (part.type === "raw" ? [(part.rawValue as { readonly type: string }).type] : []));
    expect(new Set(raw)).toEqual(new Set(["decode-start", "forward-end", "tokens-propose", "draft-verify", "tokens-commit", "decode-end"]));
    expect((await partsOf(scripted("abc"), {}, { decoder })).some(({ type }) => type === "raw")).toBe(false);
    const { providerMetadata } = parts.at(-1) as Extract<LanguageModelV4StreamPart, { type: "finish" }>;
    const { drafted, accepted } = providerMetadata!["decodekit"] as { readonly drafted: number; readonly accepted: number };
    expect(accepted).toBeGreaterThan(0);
    expect(drafted).toBeGreaterThanOrEqual(accepted);
  });

  test("has an error part where the model fails", async () => {
    const model = scripted("abc");
    const failing = { ...model, causal: { ...model.causal, createSession: () => Promise.reject(new Error("no memory")) } };
    const parts = await partsOf(failing);
    expect(parts.slice(-2)).toMatchObject([
      { type: "error", error: { message: "no memory" } },
      { type: "finish", finishReason: { unified: "error" } },
    ]);
    await expect(generateText({ model: decodekit(failing), prompt: "x", maxRetries: 0 })).rejects.toThrow("no memory");
  });

  test("frees the model's sessions where it is cancelled", async () => {
    const model = scripted("A long text.");
    const { stream } = await decodekit(model).doStream({ prompt, temperature: 0 });
    const reader = stream.getReader();
    for (let part = await reader.read(); part.value?.type !== "text-delta"; part = await reader.read()) continue;
    await reader.cancel();
    expect(model.causal.openSessions()).toBe(0);
  });

  test("tells how much of the prompt a prefix cache had read", async () => {
    const model = withPrefixCache(scripted("Yes."));
    await partsOf(model);
    const finish = (await partsOf(model)).at(-1) as Extract<LanguageModelV4StreamPart, { type: "finish" }>;
    const { total, cacheRead, noCache } = finish.usage.inputTokens;
    expect([cacheRead, noCache]).toEqual([total! - 1, 1]);
  });
});

describe("settings", () => {
  test("that a model or decoder cannot follow are warnings, each by its name", async () => {
    const parts = await partsOf(
      scripted("{}"),
      {
        temperature: 0.5,
        topK: 3,
        reasoning: "high",
        responseFormat: { type: "json", name: "thing", schema: { type: "object", properties: { x: { type: "string", format: "uri" } } } },
        tools: [{ type: "provider", id: "other.search", name: "search", args: {} }],
      },
      { decoder: () => greedy() },
    );
    expect(warningsOf(parts)).toMatchObject([
      { feature: "provider-defined tool other.search" },
      { feature: "responseFormat.name" },
      { feature: "reasoning" },
      { feature: "responseFormat" },
      { feature: "temperature" },
      { feature: "topK" },
    ]);
  });

  test("of the AI SDK have no warnings", async () => {
    const parts = await partsOf(scripted("abc"), {
      temperature: 0.5,
      topK: 3,
      topP: 0.9,
      presencePenalty: 1,
      frequencyPenalty: 1,
      seed: 3,
      maxOutputTokens: 2,
      stopSequences: ["x"],
      headers: { "user-agent": "x" },
      providerOptions: { decodekit: { minP: 0.1, repetitionPenalty: 1.1, logitBias: { 1: 2 }, variables: {}, parallelToolCalls: false } },
    });
    expect(warningsOf(parts)).toEqual([]);
    expect(parts.at(-1)).toMatchObject({ finishReason: { unified: "length" }, usage: { outputTokens: { total: 2 } } });
  });

  test("that are unknown or out of range are typed errors", async () => {
    await expect(partsOf(scripted("a"), { providerOptions: { decodekit: { topK: 1 } } })).rejects.toThrow(InvalidOptionError);
    await expect(partsOf(scripted("a"), { presencePenalty: 7 })).rejects.toThrow("presencePenalty must be a number in [-2, 2]");
    expect(() => decodekit(scripted("a"), { temperature: 1 } as never)).toThrow(InvalidOptionError);
  });

  test("of the provider reach the reply: log-probabilities", async () => {
    const result = await decodekit(scripted("ab")).doGenerate({
      prompt,
      temperature: 0,
      providerOptions: { decodekit: { logProbabilities: 1 } },
    });
    expect(result.content).toMatchObject([
      {
        type: "text",
        text: "ab",
        providerMetadata: { decodekit: { logProbabilities: [{ text: "a", alternatives: [{ text: "a" }] }, { text: "b" }] } },
      },
    ]);
  });

  test("seeds of calls without one come from nextSeed", async () => {
    let seed = 0;
    const model = decodekit(scripted("abcdef"), { nextSeed: () => seed++ });
    const texts: string[] = [];
    for (let call = 0; call < 2; call++) texts.push((await generateText({ model, prompt: "x", temperature: 5, maxOutputTokens: 6 })).text);
    expect(texts[0]).not.toBe(texts[1]);
  });
});

describe("messages", () => {
  test("of all roles become those of the template", async () => {
    const model = scripted("Yes.", { writesCall: hermesCall });
    const encoded: unknown[] = [];
    const chat = {
      ...model.chat!,
      encode: (...args: Parameters<NonNullable<LanguageModel["chat"]>["encode"]>) => (encoded.push(args[0]), model.chat!.encode(...args)),
    };
    await partsOf(
      { ...model, chat },
      {
        prompt: [
          { role: "system", content: "Be brief." },
          {
            role: "user",
            content: [
              { type: "text", text: "Read " },
              { type: "file", mediaType: "text/plain", data: { type: "data", data: btoa("this") } },
            ],
          },
          {
            role: "assistant",
            content: [
              { type: "reasoning", text: "Hm" },
              { type: "text", text: "I add." },
              { type: "tool-call", toolCallId: "c1", toolName: "add", input: { a: 1 } },
            ],
          },
          {
            role: "tool",
            content: [
              { type: "tool-result", toolCallId: "c1", toolName: "add", output: { type: "json", value: { sum: 1 } } },
              { type: "tool-result", toolCallId: "c2", toolName: "add", output: { type: "execution-denied" } },
            ],
          },
        ],
      },
    );
    expect(encoded).toEqual([
      [
        { role: "system", content: "Be brief." },
        { role: "user", content: "Read this" },
        {
          role: "assistant",
          content: "I add.",
          reasoning_content: "Hm",
          tool_calls: [{ id: "c1", type: "function", function: { name: "add", arguments: { a: 1 } } }],
        },
        { role: "tool", name: "add", tool_call_id: "c1", content: '{"sum":1}' },
        { role: "tool", name: "add", tool_call_id: "c2", content: "The user denied this call." },
      ],
    ]);
  });

  test("with an image are a typed error of the AI SDK", async () => {
    const model = decodekit(scripted("a"));
    const content = [{ type: "file" as const, mediaType: "image/png", data: new Uint8Array([1]) }];
    await expect(generateText({ model, messages: [{ role: "user", content }], maxRetries: 0 })).rejects.toMatchObject({
      name: "AI_UnsupportedFunctionalityError",
      message: expect.stringContaining("image/png") as string,
    });
  });
});

describe("the AI SDK", () => {
  const add = tool({ inputSchema: z.object({ a: z.int(), b: z.int() }), execute: ({ a, b }) => a + b });

  test("runs a loop of two steps with a tool", async () => {
    const first = scripted(CALL, { writesCall: hermesCall });
    const second = scripted("It is 3.", { writesCall: hermesCall });
    let calls = 0;
    const [one, other] = [decodekit(first), decodekit(second)];
    const model = { ...one, doStream: (options: LanguageModelV4CallOptions) => (calls++ === 0 ? one : other).doStream(options) };
    const result = streamText({ model, prompt: "What is 1 + 2?", tools: { add }, temperature: 0, stopWhen: isStepCount(3) });
    expect(await result.text).toBe("It is 3.");
    const steps = await result.steps;
    expect(steps.map(({ finishReason }) => finishReason)).toEqual(["tool-calls", "stop"]);
    expect(steps[0]!.toolResults).toMatchObject([{ toolName: "add", input: { a: 1, b: 2 }, output: 3 }]);
  });

  test("answers useChat in a route handler", async () => {
    const model = decodekit(scripted("Yes."));
    const handle = async (request: Request): Promise<Response> => {
      const { messages } = (await request.json()) as { readonly messages: UIMessage[] };
      const { stream } = streamText({
        model,
        messages: await convertToModelMessages(messages),
        abortSignal: request.signal,
        temperature: 0,
      });
      return createUIMessageStreamResponse({ stream: toUIMessageStream({ stream }) });
    };
    const messages = [{ id: "1", role: "user", parts: [{ type: "text", text: "Is it?" }] }];
    const response = await handle(new Request("http://localhost/api/chat", { method: "POST", body: JSON.stringify({ messages }) }));
    const events = (await response.text()).split("\n\n").filter((line) => line.startsWith("data: {"));
    const parts = events.map((line) => JSON.parse(line.slice("data: ".length)) as { readonly type: string; readonly delta?: string });
    expect(parts.filter(({ type }) => type === "text-delta").map(({ delta }) => delta)).toEqual(["Y", "e", "s", "."]);
    expect(parts.at(-1)?.type).toBe("finish");
  });

  test("makes an object from a model that does not want to", async () => {
    const schema = z.object({ city: z.enum(["Paris", "Rome"]), size: z.int().min(1).max(9) });
    const { object } = await generateObject({ model: decodekit(scripted("I do not know.")), schema, prompt: "Where?", temperature: 0 });
    expect(schema.parse(object)).toEqual(object);
  });

  test("ends a call by its signal: before it begins, and in its midst", async () => {
    const model = scripted("A long text, which goes on.");
    await expect(generateText({ model: decodekit(model), prompt: "x", abortSignal: AbortSignal.abort(), maxRetries: 0 })).rejects.toThrow(
      "abort",
    );
    const controller = new AbortController();
    const types: string[] = [];
    const { fullStream } = streamText({ model: decodekit(model), prompt: "x", temperature: 0, abortSignal: controller.signal });
    for await (const part of fullStream) {
      types.push(part.type);
      if (part.type === "text-delta") controller.abort();
    }
    expect(types.at(-1)).toBe("abort");
    expect(types).not.toContain("finish");
    await expect.poll(() => model.causal.openSessions()).toBe(0);
  });
});
