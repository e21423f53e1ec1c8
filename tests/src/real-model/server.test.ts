import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { autoregressive, generate } from "@decodekit/core";
import { loadModel, type OnnxLanguageModel } from "@decodekit/core/onnx";
import { greedy } from "@decodekit/greedy";
import { openaiServer } from "@decodekit/server";
import { type Listening, listen } from "@decodekit/server/node";
import { promptLookup, speculative } from "@decodekit/speculative";
import { tool } from "@langchain/core/tools";
import { ChatOpenAI } from "@langchain/openai";
import { streamText } from "ai";
import OpenAI from "openai";
import { zodResponseFormat } from "openai/helpers/zod";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { countSessions } from "../server/count-sessions.ts";
import { KINDS } from "./kinds.ts";
import { arePresent, folderOf } from "./present-kinds.ts";

// A chat model behind the server, and three clients as they are published. Its rows are the same bit for bit however they are read.

const kind = KINDS.find(({ name }) => name === "q8")!;
const MODEL = "HuggingFaceTB/SmolLM2-135M-Instruct";
const QUESTION = "What is the capital of France?";

describe.runIf(arePresent)("SmolLM2-135M-Instruct behind the server", { timeout: 300_000 }, () => {
  let model: OnnxLanguageModel;
  let openSessions: () => number;
  let server: Listening;
  let client: OpenAI;
  let baseURL: string;

  beforeAll(async () => {
    const loaded = await loadModel(folderOf(kind), { execution: "native", modelFile: kind.modelFile });
    const { causal, open } = countSessions(loaded.causal);
    model = { ...loaded, causal };
    openSessions = open;
    const served = openaiServer({
      models: { [MODEL]: model },
      decoders: {
        plain: ({ sampler }) => autoregressive({ name: "plain", sampler }),
        drafts: ({ sampler }) => speculative({ drafter: promptLookup(), sampler }),
      },
    });
    server = await listen(served, { port: 0 });
    baseURL = `${server.url}/v1`;
    client = new OpenAI({ baseURL, apiKey: "none", maxRetries: 0 });
  });
  afterAll(async () => {
    await server.close({ graceSeconds: 0 });
    expect(openSessions()).toBe(0);
    await model.dispose();
  });

  const messages = [{ role: "user", content: QUESTION }] as OpenAI.ChatCompletionMessageParam[];

  test("answers as the library does, with its log-probabilities, and a second turn reads only what is new", async () => {
    expect(model.causal.capabilities.rowConsistency).toBe("exact");
    const request = { model: MODEL, temperature: 0, max_tokens: 24, logprobs: true, top_logprobs: 2 };
    const answer = await client.chat.completions.create({ ...request, messages });
    const prompt = [{ role: "user", content: QUESTION }];
    const expected = await generate(model, prompt, { decoder: greedy(), maxNewTokens: 24, logProbabilities: 2 }).result;
    const [choice] = answer.choices;
    expect([choice!.message.content, choice!.finish_reason]).toEqual([expected.text, expected.finishReason]);
    expect(choice!.logprobs!.content!.map(({ logprob }) => logprob)).toEqual([...expected.logProbabilities!]);
    const more = [...messages, choice!.message, { role: "user", content: "And of Italy?" } as const];
    const stream = client.chat.completions.stream({ ...request, messages: more, stream_options: { include_usage: true } });
    const { usage, choices } = await stream.finalChatCompletion();
    const plain = await generate(model, more as { role: string; content: string }[], { decoder: greedy(), maxNewTokens: 24 }).result;
    expect(choices[0]!.message.content).toBe(plain.text);
    expect(usage!.prompt_tokens_details!.cached_tokens).toBeGreaterThan(answer.usage!.prompt_tokens);
  });

  test("the client's parser gets an object of the schema, the same with drafts in fewer passes", async () => {
    const Person = z.object({ name: z.string().max(30), age: z.int().min(0).max(120) });
    const request = {
      model: MODEL,
      temperature: 0,
      max_tokens: 80,
      messages: [{ role: "user" as const, content: "Extract the person as JSON: Ada Lovelace is 36 years old." }],
      response_format: zodResponseFormat(Person, "person"),
    };
    const plain = await client.chat.completions.parse(request);
    expect(Person.parse(plain.choices[0]!.message.parsed)).toBeTruthy();
    const drafts = await client.chat.completions.parse({ ...request, decoder: "drafts" } as typeof request);
    expect(drafts.choices[0]!.message).toEqual(plain.choices[0]!.message);
    const passes = (answer: object): number => (answer as { readonly decodekit: { readonly passes: number } }).decodekit.passes;
    expect(passes(drafts)).toBeLessThan(passes(plain));
  });

  test("LangChain gets the call of a tool", async () => {
    const City = z.object({ city: z.string().max(20) });
    const weather = tool(() => "sunny", { name: "get_weather", description: "The weather in a city", schema: City });
    const chat = new ChatOpenAI({ model: MODEL, apiKey: "none", temperature: 0, maxTokens: 80, maxRetries: 0, configuration: { baseURL } });
    const bound = chat.bindTools([weather], { tool_choice: "get_weather" });
    const { tool_calls: calls } = await bound.invoke("What is the weather in Paris?");
    expect(calls).toMatchObject([{ name: "get_weather", args: { city: expect.stringContaining("Paris") } }]);
  });

  test("the AI SDK streams what the official client gets, and leaves no session behind when it stops", async () => {
    const provider = createOpenAICompatible({ name: "decodekit", baseURL });
    const settings = { model: provider(MODEL), prompt: QUESTION, temperature: 0.7, seed: 5, maxRetries: 0 };
    let streamed = "";
    for await (const piece of streamText({ ...settings, maxOutputTokens: 16 }).textStream) streamed += piece;
    const whole = await client.chat.completions.create({ model: MODEL, messages, temperature: 0.7, seed: 5, max_tokens: 16 });
    expect(streamed).toBe(whole.choices[0]!.message.content);
    const controller = new AbortController();
    const left = streamText({ ...settings, maxOutputTokens: 500, abortSignal: controller.signal, onError: () => undefined });
    for await (const piece of left.textStream) if (piece !== "") controller.abort();
    const running = async (): Promise<unknown> =>
      ((await (await fetch(`${server.url}/health`)).json()) as { readonly running: unknown }).running;
    await expect.poll(running, { timeout: 10_000 }).toBe(0);
  });

  test("8 requests at a time are each what they are alone", async () => {
    const request = (seed: number): OpenAI.ChatCompletionCreateParamsNonStreaming => ({
      model: MODEL,
      messages: [{ role: "user", content: `Write a word with ${seed + 3} letters.` }],
      seed,
      temperature: 1,
      max_tokens: 6,
    });
    const textOf = async (seed: number): Promise<string | null> =>
      (await client.chat.completions.create(request(seed))).choices[0]!.message.content;
    const seeds = [0, 1, 2, 3, 4, 5, 6, 7];
    const together = await Promise.all(seeds.map(textOf));
    const alone: (string | null)[] = [];
    for (const seed of seeds) alone.push(await textOf(seed));
    expect(together).toEqual(alone);
  });
});
