import { decodekit } from "@decodekit/ai-sdk";
import type { DecoderFactory } from "@decodekit/chat";
import { loadModel, type OnnxLanguageModel } from "@decodekit/core/onnx";
import { autoregressive } from "@decodekit/core";
import { beamSearch } from "@decodekit/search";
import { promptLookup, speculative } from "@decodekit/speculative";
import { generateObject, generateText, isStepCount, Output, streamText, tool } from "ai";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { KINDS } from "../real-model/kinds.ts";
import { arePresent, folderOf } from "../real-model/present-kinds.ts";

// The AI SDK's functions on a chat model, SmolLM2-135M-Instruct, with three decoders: all of them do what they are told.

const kind = KINDS.find(({ name }) => name === "fp32")!;
const DECODERS: readonly [string, DecoderFactory, boolean][] = [
  ["sampling", ({ sampler }) => autoregressive({ name: "sample", sampler }), true],
  ["speculative", ({ sampler }) => speculative({ drafter: promptLookup(), sampler }), true],
  ["beam search", () => beamSearch({ beams: 2 }), false],
];
const Person = z.object({ name: z.string().min(1).max(20), age: z.int().min(0).max(120) });
const PERSON = "Write as JSON with name and age: Ada Lovelace is 36 years old.";
const QUESTION = "What is the capital of France? Answer in one short sentence.";

describe.runIf(arePresent)("SmolLM2-135M-Instruct in the AI SDK", { timeout: 600_000 }, () => {
  let chat: OnnxLanguageModel;
  beforeAll(async () => {
    chat = await loadModel(folderOf(kind), { execution: "native", modelFile: kind.modelFile });
  });
  afterAll(() => chat.dispose());

  describe.each(DECODERS)("with %s", (name, decoder, samples) => {
    const modelOf = (): ReturnType<typeof decodekit> => decodekit(chat, { decoder });
    const sampling = samples ? { temperature: 0 } : {};

    test("streams an answer that is the same as at once, within its limits", async () => {
      const model = modelOf();
      const result = streamText({ model, prompt: QUESTION, maxOutputTokens: 24, ...sampling });
      let text = "";
      for await (const delta of result.textStream) text += delta;
      expect(text).toContain("Paris");
      const whole = await generateText({ model, prompt: QUESTION, maxOutputTokens: 24, ...sampling });
      expect(whole.text).toBe(text);
      expect(await result.finishReason).toBe("stop");
      const short = await generateText({ model, prompt: QUESTION, maxOutputTokens: 3, ...sampling });
      expect([short.finishReason, short.usage.outputTokens]).toEqual(["length", 3]);
      expect(whole.warnings).toEqual([]);
      const stopped = await generateText({ model, prompt: QUESTION, maxOutputTokens: 24, stopSequences: ["Paris"], ...sampling });
      expect([stopped.text, stopped.finishReason]).toEqual([text.slice(0, text.indexOf("Paris")), "stop"]);
      const metadata = whole.providerMetadata!["decodekit"] as { readonly decoder: string; readonly passes: number };
      expect(metadata.decoder).toBe((decoder as (parts: object) => { readonly name: string })({ sampler: undefined }).name);
      expect(metadata.passes).toBeGreaterThan(1);
    });

    test("makes objects of a schema, in both ways", async () => {
      const { object } = await generateObject({ model: modelOf(), schema: Person, prompt: PERSON, ...sampling });
      expect(Person.parse(object)).toEqual(object);
      const { output } = await generateText({ model: modelOf(), output: Output.object({ schema: Person }), prompt: PERSON, ...sampling });
      expect(output).toEqual(object);
      expect(output.name).toContain("Ada");
    });

    test("calls a tool and answers with its result, in two steps", async () => {
      const weather = tool({
        description: "Tells the weather of a city",
        inputSchema: z.object({ city: z.enum(["Paris", "Rome", "Oslo"]) }),
        execute: ({ city }) => `It is sunny in ${city}.`,
      });
      const { steps } = await generateText({
        model: modelOf(),
        tools: { weather },
        prepareStep: ({ stepNumber }) => ({ toolChoice: stepNumber === 0 ? { type: "tool", toolName: "weather" } : "none" }),
        providerOptions: { decodekit: { parallelToolCalls: false } },
        prompt: "How is the weather in Paris?",
        stopWhen: isStepCount(2),
        maxOutputTokens: 48,
        ...sampling,
      });
      expect(steps).toHaveLength(2);
      expect(steps[0]!.toolResults).toMatchObject([{ toolName: "weather", input: { city: "Paris" }, output: "It is sunny in Paris." }]);
      expect(steps[0]!.finishReason).toBe("tool-calls");
      expect(steps[1]!.text).toMatch(/sunny|Paris/u);
    });

    test("changes with penalties, and with the seed only if it samples", async () => {
      const draw = async (options: object): Promise<string> =>
        (await generateText({ model: modelOf(), prompt: "Tell me a story about a dog and a cat.", maxOutputTokens: 32, ...options })).text;
      const plain = await draw(sampling);
      expect(await draw({ ...sampling, frequencyPenalty: 2, presencePenalty: 2 })).not.toBe(plain);
      if (!samples) return;
      const [first, again, other] = [
        await draw({ temperature: 1, seed: 1 }),
        await draw({ temperature: 1, seed: 1 }),
        await draw({ temperature: 1, seed: 2 }),
      ];
      expect(first).toBe(again);
      expect(first).not.toBe(other);
      expect(await draw({ temperature: 1, topK: 1 })).toBe(plain);
      expect(await draw({ temperature: 1, topP: 0.0001 })).toBe(plain);
    });

    test("ends by the signal", async () => {
      const controller = new AbortController();
      const { fullStream } = streamText({ model: modelOf(), prompt: "Tell a long story.", abortSignal: controller.signal, ...sampling });
      const types: string[] = [];
      const timer = name === "beam search" ? setTimeout(() => controller.abort(), 200) : undefined;
      for await (const part of fullStream) {
        types.push(part.type);
        if (part.type === "text-delta") controller.abort();
      }
      clearTimeout(timer);
      expect(types.at(-1)).toBe("abort");
    });
  });

  test("speculative decoding says what it accepted, and that a sampler is missing is a warning", async () => {
    const copy = "Repeat: the quick brown fox jumps over the lazy dog. The quick brown fox jumps over the lazy dog.";
    const { providerMetadata } = await generateText({
      model: decodekit(chat, { decoder: DECODERS[1]![1] }),
      prompt: copy,
      temperature: 0,
      maxOutputTokens: 40,
    });
    const { tokensPerPass, accepted } = providerMetadata!["decodekit"] as { readonly tokensPerPass: number; readonly accepted: number };
    expect(accepted).toBeGreaterThan(5);
    expect(tokensPerPass).toBeGreaterThan(1.3);
    const { warnings } = await generateText({
      model: decodekit(chat, { decoder: DECODERS[2]![1] }),
      prompt: QUESTION,
      temperature: 0.7,
      maxOutputTokens: 4,
    });
    expect(warnings).toMatchObject([{ type: "unsupported", feature: "temperature" }]);
  });
});
