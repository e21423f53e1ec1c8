import { autoregressive, generate } from "@decodekit/core";
import type { Listening } from "@decodekit/server/node";
import { vllm } from "@decodekit/samplers";
import OpenAI, { APIError, AuthenticationError, BadRequestError, NotFoundError, RateLimitError } from "openai";
import { zodResponseFormat } from "openai/helpers/zod";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { KEY, loadStories, MODEL, serveStories, type StoriesForChat } from "./served-stories.ts";

// The official client, as it is published, over loopback.

let model: StoriesForChat;
let shared: Listening;
let exactly: Listening;
let client: OpenAI;
/** Of a server without a prefix cache: rows after a prompt from the cache differ from others by rounding. */
let exact: OpenAI;
const others: Listening[] = [];

beforeAll(async () => {
  model = await loadStories();
  shared = await serveStories(model);
  exactly = await serveStories(model, { prefixCache: false });
  exact = new OpenAI({ baseURL: `${exactly.url}/v1`, apiKey: KEY, maxRetries: 0 });
  client = new OpenAI({ baseURL: `${shared.url}/v1`, apiKey: KEY, maxRetries: 0 });
});
afterEach(async () => {
  for (const each of others.splice(0)) await each.close({ graceSeconds: 0 });
});
afterAll(async () => {
  await Promise.all([shared.close({ graceSeconds: 0 }), exactly.close({ graceSeconds: 0 })]);
  expect(model.openSessions()).toBe(0);
  await model.dispose();
});

/** A client of a server of its own. */
async function clientOf(...[options]: Parameters<typeof serveStories> extends [unknown, ...infer Rest] ? Rest : never): Promise<OpenAI> {
  const server = await serveStories(model, options);
  others.push(server);
  return new OpenAI({ baseURL: `${server.url}/v1`, apiKey: KEY, maxRetries: 0 });
}

const messages = (content: string): OpenAI.ChatCompletionMessageParam[] => [{ role: "user", content }];
const BEGINNING = "Once upon a time, there was a little girl named Lily.";

async function errorOf(promise: PromiseLike<unknown>): Promise<APIError> {
  const error = await Promise.resolve(promise).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof APIError)) throw new Error(`not an error of the API: ${String(error)}`);
  return error;
}

describe("chat completions", () => {
  test("are the library's texts and log-probabilities", async () => {
    const sampling = { temperature: 0.8, top_p: 0.9 };
    const answer = await exact.chat.completions.create({
      model: MODEL,
      messages: messages(BEGINNING),
      max_completion_tokens: 20,
      seed: 11,
      logprobs: true,
      top_logprobs: 3,
      ...sampling,
    });
    const decoder = autoregressive({ name: "sample", sampler: vllm(sampling) });
    const expected = await generate(model, BEGINNING, { decoder, maxNewTokens: 20, seed: 11, logProbabilities: 3 }).result;
    const [choice] = answer.choices;
    expect(choice!.message).toMatchObject({ role: "assistant", content: expected.text });
    const content = choice!.logprobs!.content!;
    expect(content.map(({ logprob }) => logprob)).toEqual([...expected.logProbabilities!]);
    expect(content.flatMap(({ top_logprobs: top }) => top.map(({ logprob }) => logprob))).toEqual([
      ...expected.alternatives!.logProbabilities,
    ]);
    expect(new TextDecoder().decode(Uint8Array.from(content.flatMap(({ bytes }) => bytes ?? [])))).toBe(expected.text);
    expect(content.map(({ token }) => token).join("")).toBe(expected.text);
    expect(answer.usage).toMatchObject({ completion_tokens: 20, prompt_tokens: model.tokenizer.encode(BEGINNING).length });
    expect(answer.system_fingerprint).toMatch(/^fp_[0-9a-f]{12}$/);
  });

  test("are streamed as they are whole, choice by choice", async () => {
    const request = { model: MODEL, messages: messages(BEGINNING), max_tokens: 16, seed: 2, n: 2, logprobs: true, stop: ["."] };
    const whole = await client.chat.completions.create(request);
    const stream = client.chat.completions.stream({ ...request, stream_options: { include_usage: true } });
    const streamed = await stream.finalChatCompletion();
    expect(streamed.choices.map(({ message, finish_reason: reason }) => [message.content, reason])).toEqual(
      whole.choices.map(({ message, finish_reason: reason }) => [message.content, reason]),
    );
    for (const [index, { logprobs }] of streamed.choices.entries()) {
      const { content } = whole.choices[index]!.logprobs!;
      expect(logprobs!.content!.map(({ token }) => token)).toEqual(content!.map(({ token }) => token));
      for (const [place, { logprob }] of logprobs!.content!.entries()) expect(logprob).toBeCloseTo(content![place]!.logprob, 4);
    }
    expect(streamed.usage!.completion_tokens).toBe(whole.usage!.completion_tokens);
    // The prompt was read for the first request.
    expect(streamed.usage!.prompt_tokens_details!.cached_tokens).toBe(streamed.usage!.prompt_tokens - 1);
    expect(whole.choices.every(({ message }) => !message.content!.includes("."))).toBe(true);
  });

  test("follow a schema of zod, with the client's own parser", async () => {
    const Hero = z.object({ hero: z.enum(["a cat", "a dog"]), age: z.int().min(1).max(99), friends: z.array(z.string().max(6)).max(2) });
    const answer = await client.chat.completions.parse({
      model: MODEL,
      messages: messages(BEGINNING),
      seed: 4,
      max_tokens: 200,
      response_format: zodResponseFormat(Hero, "hero"),
    });
    expect(Hero.parse(answer.choices[0]!.message.parsed)).toEqual(answer.choices[0]!.message.parsed);
    const anyObject = await client.chat.completions.create({
      model: MODEL,
      messages: messages(BEGINNING),
      seed: 4,
      max_tokens: 300,
      response_format: { type: "json_object" },
    });
    if (anyObject.choices[0]!.finish_reason === "stop") expect(typeof JSON.parse(anyObject.choices[0]!.message.content!)).toBe("object");
    else expect(anyObject.choices[0]!.message.content).toMatch(/^\{/);
  });

  test("call the tool that they must, and take its result", async () => {
    const tool = {
      type: "function",
      function: {
        name: "find_toy",
        strict: true,
        parameters: {
          type: "object",
          properties: { toy: { enum: ["ball", "doll"] }, count: { type: "integer", minimum: 1, maximum: 9 } },
          required: ["toy", "count"],
          additionalProperties: false,
        },
      },
    } as const;
    const request = { model: MODEL, messages: messages(BEGINNING), seed: 1, max_tokens: 200, tools: [tool] };
    const choice = { type: "function", function: { name: "find_toy" } } as const;
    const whole = await client.chat.completions.create({ ...request, tool_choice: choice });
    const { message, finish_reason: reason } = whole.choices[0]!;
    expect([reason, message.content]).toEqual(["tool_calls", null]);
    const [call, ...more] = message.tool_calls!;
    if (call?.type !== "function") throw new Error("no call");
    expect([call.function.name, more]).toEqual(["find_toy", []]);
    expect(JSON.parse(call.function.arguments)).toMatchObject({ toy: expect.stringMatching(/^(ball|doll)$/), count: expect.any(Number) });
    const streamed = await client.chat.completions.stream({ ...request, tool_choice: choice }).finalChatCompletion();
    expect(streamed.choices[0]!.message.tool_calls).toMatchObject([{ id: call.id, function: call.function }]);
    const results = [...request.messages, message, { role: "tool", tool_call_id: call.id, content: "found" } as const];
    const after = await client.chat.completions.create({ ...request, messages: results, tool_choice: "none", max_tokens: 5 });
    expect(after.choices[0]!.message.content).not.toBe("");
  });

  test("with another decoder are the same, in fewer passes, which the answer tells", async () => {
    const request = { model: MODEL, messages: messages("The cat sat. The cat sat. The cat sat."), temperature: 0, max_tokens: 24 };
    const plain = await client.chat.completions.create(request);
    const drafts = await client.chat.completions.create({ ...request, decoder: "drafts" } as typeof request);
    expect(drafts.choices).toEqual(plain.choices);
    const { decodekit } = drafts as unknown as { readonly decodekit: Readonly<Record<string, number | string>> };
    expect(decodekit).toMatchObject({ decoder: "drafts", drafted: expect.any(Number), accepted: expect.any(Number) });
  });

  test("32 at a time are each what they are alone", async () => {
    const request = (seed: number): OpenAI.ChatCompletionCreateParamsNonStreaming => ({
      model: MODEL,
      messages: messages(`${BEGINNING} She had ${seed} toys.`),
      max_tokens: 12,
      seed,
      ...(seed % 2 === 0 && { decoder: "drafts" }),
    });
    const contentOf = ({ choices }: OpenAI.ChatCompletion): string | null => choices[0]!.message.content;
    const seeds = Array.from({ length: 32 }, (_, seed) => seed);
    const together = await Promise.all(seeds.map((seed) => client.chat.completions.create(request(seed))));
    const alone: (string | null)[] = [];
    for (const seed of seeds) alone.push(contentOf(await exact.chat.completions.create(request(seed))));
    expect(together.map(contentOf)).toEqual(alone);
    expect(new Set(alone).size).toBeGreaterThan(20);
  });

  test("that the client leaves end, and free their sessions", async () => {
    const before = model.openSessions();
    const lone = await clientOf({ prefixCache: false });
    const request = {
      model: MODEL,
      messages: messages(BEGINNING),
      max_tokens: 400,
      stream: true,
      seed: 1,
      logit_bias: { "0": -100 },
    } as const;
    const stream = await lone.chat.completions.create(request);
    let pieces = 0;
    for await (const { choices } of stream) {
      if (choices[0]!.delta.content) pieces++;
      if (pieces === 3) break;
    }
    await expect.poll(() => model.openSessions()).toBe(before);
    const controller = new AbortController();
    const whole = lone.chat.completions.create({ ...request, stream: false }, { signal: controller.signal });
    const outcome = errorOf(whole);
    await expect.poll(() => model.openSessions()).toBe(before + 1);
    controller.abort();
    expect((await outcome).message).toBe("Request was aborted.");
    await expect.poll(() => model.openSessions()).toBe(before);
  });
});

describe("completions", () => {
  test("are the library's texts, for several prompts", async () => {
    const answer = await exact.completions.create({
      model: MODEL,
      prompt: [BEGINNING, "The dog"],
      temperature: 0,
      max_tokens: 10,
      logprobs: 1,
    });
    const decoder = autoregressive({ name: "greedy", sampler: vllm({ temperature: 0 }) });
    for (const [index, prompt] of [BEGINNING, "The dog"].entries()) {
      const expected = await generate(model, prompt, { decoder, maxNewTokens: 10, logProbabilities: 1 }).result;
      expect(answer.choices[index]).toMatchObject({ text: expected.text, index });
      expect(answer.choices[index]!.logprobs!.token_logprobs).toEqual([...expected.logProbabilities!]);
    }
    let text = "";
    const stream = await client.completions.create({ model: MODEL, prompt: BEGINNING, temperature: 0, max_tokens: 10, stream: true });
    for await (const { choices } of stream) text += choices[0]!.text;
    expect(text).toBe(answer.choices[0]!.text);
  });
});

test("models are listed", async () => {
  const { data } = await client.models.list();
  expect(data.map(({ id }) => id)).toEqual([MODEL]);
  expect(await client.models.retrieve(MODEL)).toMatchObject({ id: MODEL, object: "model", owned_by: "decodekit" });
});

describe("errors are those of the client", () => {
  const request = { model: MODEL, messages: messages("x"), max_tokens: 3 } as const;
  const create = (more: object, by = client): PromiseLike<unknown> => by.chat.completions.create({ ...request, ...more });

  test.each([
    ["an unknown parameter", { top_a: 1 }, "top_a", "unknown_parameter"],
    ["one of another type", { temperature: "hot" }, "temperature", "invalid_value"],
    ["a message without a role", { messages: [{ content: "x" }] }, "messages[0].role", "missing_required_parameter"],
    [
      "an image",
      { messages: [{ role: "user", content: [{ type: "image_url", image_url: { url: "x" } }] }] },
      "messages[0].content",
      "invalid_value",
    ],
    ["no message", { messages: [] }, "messages", "invalid_value"],
    ["alternatives without log-probabilities", { top_logprobs: 2 }, "top_logprobs", "invalid_value"],
    ["an unknown format", { response_format: { type: "xml" } }, "response_format.type", "invalid_value"],
    ["a tool that there is not", { tool_choice: { type: "function", function: { name: "f" } } }, "tool_choice", "invalid_value"],
    ["deprecated functions", { functions: [] }, "functions", "unknown_parameter"],
    ["storing", { store: true }, "store", "invalid_value"],
    ["sounds", { modalities: ["audio"] }, "modalities", "invalid_value"],
  ])("%s", async (_, more, param, code) => {
    const error = await errorOf(create(more));
    expect(error).toBeInstanceOf(BadRequestError);
    expect([error.param, error.code, error.type]).toEqual([param, code, "invalid_request_error"]);
  });

  test.each([
    ["a keyword that no grammar has, to be followed strictly", { type: "integer", multipleOf: 2 }, true, "unsupported_schema"],
    ["a schema that is deep", JSON.parse(`${'{"items":'.repeat(40)}{}${"}".repeat(40)}`) as object, false, "schema_too_large"],
    ["a schema that is large", { enum: Array.from({ length: 9000 }, (__, index) => `value ${index}`) }, false, "schema_too_large"],
    ["a schema that is wrong", { type: "strange" }, false, "invalid_value"],
  ])("%s", async (_, schema, strict, code) => {
    const error = await errorOf(create({ response_format: { type: "json_schema", json_schema: { name: "s", schema, strict } } }));
    expect([error.status, error.code]).toEqual([400, code]);
    expect(error.param).toMatch(/^response_format/);
  });

  test("a conversation that is too long, a request that is too large, a wrong key, an unknown model", async () => {
    const long = await errorOf(create({ messages: messages("a word ".repeat(600)) }));
    expect([long.status, long.code]).toEqual([400, "context_length_exceeded"]);
    const streamed = await errorOf(create({ messages: messages("a word ".repeat(600)), stream: true }));
    expect([streamed.status, streamed.code]).toEqual([400, "context_length_exceeded"]);
    expect((await errorOf(create({ max_tokens: 600 }))).code).toBe("context_length_exceeded");
    const large = await errorOf(create({ messages: messages("x".repeat(2 ** 20)) }));
    expect([large.status, large.code]).toEqual([413, "request_too_large"]);
    const wrong = new OpenAI({ baseURL: client.baseURL, apiKey: "wrong", maxRetries: 0 });
    expect(await errorOf(create({}, wrong))).toBeInstanceOf(AuthenticationError);
    const unknown = await errorOf(create({ model: "gpt" }));
    expect(unknown).toBeInstanceOf(NotFoundError);
    expect([unknown.param, unknown.code]).toEqual(["model", "model_not_found"]);
  });

  test("a full queue, which the client tries again by itself", async () => {
    const busy = await clientOf({ limits: { maxConcurrent: 1, maxQueued: 0, retryAfterSeconds: 0 } });
    const long = busy.chat.completions.create({ ...request, max_tokens: 200, stream: true, logit_bias: { "0": -100 } });
    const stream = await long;
    const error = await errorOf(create({}, busy));
    expect(error).toBeInstanceOf(RateLimitError);
    expect([error.code, error.headers?.get("retry-after")]).toEqual(["queue_full", "0"]);
    stream.controller.abort();
    const patient = busy.withOptions({ maxRetries: 5 });
    expect(await create({}, patient)).toMatchObject({ object: "chat.completion" });
  });
});
