import type { ChatMessage } from "@decodekit/core";
import { type DecoderFactory, reply, type ReplyRequest, type ReplyResult } from "@decodekit/chat";
import { loadModel, type OnnxLanguageModel } from "@decodekit/core/onnx";
import { withPrefixCache } from "@decodekit/core/toolkit";
import { beamSearch } from "@decodekit/search";
import { promptLookup, speculative, suffix } from "@decodekit/speculative";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { KINDS } from "../real-model/kinds.ts";
import { arePresent, folderOf } from "../real-model/present-kinds.ts";

// Replies of SmolLM2-135M-Instruct, whose template knows no tools.

const kind = KINDS.find(({ name }) => name === "fp32")!;
const question: readonly ChatMessage[] = [{ role: "user", content: "What is the capital of France? Answer in one short sentence." }];
const WEATHER = {
  name: "weather",
  description: "Tells the weather of a city on a day",
  parameters: {
    type: "object",
    properties: { city: { type: "string", maxLength: 20 }, days: { type: "integer", minimum: 1, maximum: 7 } },
    required: ["city", "days"],
  },
};

describe.runIf(arePresent)("a reply of SmolLM2-135M-Instruct", { timeout: 600_000 }, () => {
  let model: OnnxLanguageModel;
  beforeAll(async () => {
    model = await loadModel(folderOf(kind), { execution: "native", modelFile: kind.modelFile });
  });
  afterAll(() => model.dispose());

  const resultOf = (request: Partial<ReplyRequest> = {}): Promise<ReplyResult> =>
    reply(model, { messages: question, ...request, settings: { temperature: 0, maxNewTokens: 48, ...request.settings } }).result;

  test("is the same with drafts, and its log-probabilities are those of its tokens", async () => {
    const plain = await resultOf({ logProbabilities: 1 });
    expect(plain).toMatchObject({ finishReason: "stop", decoder: "greedy", toolCalls: [], reasoning: "" });
    expect(plain.text).toContain("Paris");
    expect(plain.logProbabilities!.map(({ text }) => text).join("")).toBe(plain.text);
    for (const { alternatives, token } of plain.logProbabilities!) expect(alternatives[0]!.token).toBe(token);
    const drafted = await resultOf({ decoder: ({ sampler }) => speculative({ drafter: suffix(), sampler }) });
    expect(drafted.text).toBe(plain.text);
  });

  test.each<[string, DecoderFactory | undefined]>([
    ["greedy decoding", undefined],
    ["speculative decoding", ({ sampler }) => speculative({ drafter: promptLookup(), sampler })],
    ["beam search", () => beamSearch({ beams: 2 })],
  ])("calls a tool that it must call, and answers with the result: %s", async (strategy, decoder) => {
    const messages: readonly ChatMessage[] = [{ role: "user", content: "How will the weather be in Oslo for the next 3 days?" }];
    const settings = { maxNewTokens: 64, ...(decoder === undefined || decoder.length > 0 ? {} : { temperature: undefined }) };
    const { toolCalls, finishReason } = await resultOf({
      messages,
      tools: [WEATHER],
      toolChoice: "required",
      parallelToolCalls: false,
      decoder,
      settings,
    });
    expect(finishReason).toBe("tool-calls");
    expect(toolCalls).toMatchObject([{ name: "weather", arguments: { city: expect.stringContaining("Oslo") as string } }]);
    const [{ id, name, text }] = toolCalls as [(typeof toolCalls)[number]];
    const next = [
      ...messages,
      { role: "assistant", content: "", tool_calls: [{ id, type: "function", function: { name, arguments: text } }] },
      { role: "tool", tool_call_id: id, content: "Snow on all 3 days." },
    ];
    const answer = await resultOf({ messages: next, tools: [WEATHER], toolChoice: "none", decoder, settings });
    expect(answer.toolCalls).toEqual([]);
    expect(answer.text).not.toContain("<tool_call>");
    // Two beams of this model repeat the mark of a result.
    if (strategy !== "beam search") expect(answer.text.toLowerCase()).toContain("snow");
  });

  test("goes on from a prefix cache, and says how much of the conversation it had read", async () => {
    const cached = withPrefixCache(model);
    const first = await reply(cached, { messages: question, settings: { temperature: 0 } }).result;
    const messages = [...question, { role: "assistant", content: first.text }, { role: "user", content: "And of Italy?" }];
    const { usage, text } = await reply(cached, { messages, settings: { temperature: 0, maxNewTokens: 24 } }).result;
    expect(text).toContain("Rome");
    expect(usage.cachedTokens).toBeGreaterThanOrEqual(first.usage.promptTokens);
    expect(usage.cachedTokens).toBeLessThan(usage.promptTokens);
    await cached.prefixCache.clear();
  });
});
