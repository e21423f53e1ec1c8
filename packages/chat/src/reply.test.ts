import { type ChatMessage, ChatTemplateError, defineDecoder, InvalidOptionError, type LanguageModel, type Warning } from "@decodekit/core";
import { memoryMaskedModel } from "@decodekit/core/testing";
import { withPrefixCache } from "@decodekit/core/toolkit";
import { greedy } from "@decodekit/greedy";
import { forcedTokens } from "@decodekit/constraints";
import { speculative, suffix } from "@decodekit/speculative";
import { describe, expect, test } from "vitest";
import { all, hermesCall, scripted } from "./chat-models-for-tests.ts";
import { reply } from "./reply.ts";
import type { ReplyResult } from "./reply-of.ts";
import type { ReplyRequest } from "./reply-request.ts";

const messages: readonly ChatMessage[] = [{ role: "user", content: "What is 1 + 2?" }];
const settings = { temperature: 0 };
const ADD = {
  name: "add",
  description: "Adds",
  parameters: { type: "object", properties: { a: { type: "integer" }, b: { type: "integer" } }, required: ["a", "b"] },
};
const CALL = hermesCall("add", { a: 1, b: 2 })
  .replaceAll(",", ", ")
  .replaceAll('":', '": ')
  .replaceAll(":  ", ": ")
  .replaceAll(",  ", ", ");

function resultOf(model: LanguageModel, request: Partial<ReplyRequest> = {}): Promise<ReplyResult> {
  return reply(model, { messages, settings, ...request }).result;
}

/** Returns a function that keeps warnings, and those that it was given. */
function warnings(): { readonly list: Warning[]; readonly onWarning: (warning: Warning) => void } {
  const list: Warning[] = [];
  return { list, onWarning: (warning) => list.push(warning) };
}

describe("a text", () => {
  test("comes in deltas, and as a whole with its cost", async () => {
    const model = scripted("It is 3: é.");
    const given = reply(model, { messages, settings });
    const parts = await all(given.parts);
    expect(parts.slice(0, 2)).toEqual([
      { type: "text-delta", text: "I" },
      { type: "text-delta", text: "t" },
    ]);
    const result = await given.result;
    expect(result).toMatchObject({ text: "It is 3: é.", reasoning: "", toolCalls: [], finishReason: "stop", decoder: "greedy" });
    expect(result.usage).toEqual({
      promptTokens: model.chat!.encode(messages).length,
      cachedTokens: 0,
      outputTokens: 12,
      reasoningTokens: 0,
    });
    expect(result.statistics).toMatchObject({ tokens: 12, targetPasses: 13 });
    const { type: _, ...finish } = parts.at(-1) as Extract<(typeof parts)[number], { type: "finish" }>;
    expect(result).toMatchObject(finish);
    expect(model.causal.openSessions()).toBe(0);
  });

  test("ends at a stop string, which is not part of it, and at the limit", async () => {
    expect(await resultOf(scripted("one, two"), { settings: { ...settings, stopStrings: [", t"] } })).toMatchObject({
      text: "one",
      finishReason: "stop",
      usage: { outputTokens: 6 },
    });
    expect(await resultOf(scripted("one, two"), { settings: { ...settings, maxNewTokens: 3 } })).toMatchObject({
      text: "one",
      finishReason: "length",
    });
  });

  test("has the log-probabilities of its tokens, whose texts add up to it", async () => {
    const result = await resultOf(scripted("abc"), { logProbabilities: 2 });
    expect(result.logProbabilities!.map(({ text }) => text)).toEqual(["a", "b", "c"]);
    for (const { logProbability, alternatives, text } of result.logProbabilities!) {
      expect(logProbability).toBeCloseTo(-Math.log1p((258 - 1) * Math.exp(-8)), 4);
      expect(alternatives[0]).toMatchObject({ text, logProbability });
      expect(alternatives).toHaveLength(2);
    }
    expect((await resultOf(scripted("abc"))).logProbabilities).toBeUndefined();
  });

  test("is drawn with the seed", async () => {
    const draw = (seed: number): Promise<ReplyResult> =>
      resultOf(scripted("abcdef"), { settings: { temperature: 4, seed, maxNewTokens: 6 } });
    const [first, again, other] = [await draw(1), await draw(1), await draw(2)];
    expect(first.text).toBe(again.text);
    expect(first.text).not.toBe(other.text);
    expect(first.decoder).toBe("sample");
  });

  test("follows biases and penalties with every decoder", async () => {
    const decoders = { sampler: undefined, own: () => greedy() };
    for (const decoder of Object.values(decoders)) {
      const { text } = await resultOf(scripted("aaab"), { decoder, settings: { ...settings, logitBias: { 98: -100, 99: 50 } } });
      expect(text.slice(0, 4)).toBe("cccc");
      // "a" is 8 above any other token: two of the output cost 2 each and 2 once, which is less.
      const cut = await resultOf(scripted("aaaaaa"), {
        decoder,
        settings: { ...settings, frequencyPenalty: 2, presencePenalty: 1, maxNewTokens: 6 },
      });
      expect(cut.text.slice(0, 4)).toBe("aaaa");
      expect(cut.text[4]).not.toBe("a");
    }
  });
});

test("settings that are left out are those of the model's configuration", async () => {
  const model = { ...scripted("abcdef"), generationConfig: { temperature: 100, top_k: 1, top_p: 7 } };
  expect(await resultOf(model, { settings: {} })).toMatchObject({ text: "abcdef", decoder: "sample" });
  expect((await resultOf(model, { settings: { topK: 0, maxNewTokens: 6 } })).text).not.toBe("abcdef");
});

describe("reasoning", () => {
  test("is apart from the text, and counted", async () => {
    const model = scripted("<think>\nHm.\n</think>\n\nYes.", { special: ["<think>", "</think>"] });
    expect(await resultOf(model)).toMatchObject({
      text: "Yes.",
      reasoning: "Hm.",
      usage: { outputTokens: 13, reasoningTokens: 7 },
    });
  });

  test("may begin in the prompt", async () => {
    const model = scripted("Hm.</think>Yes.", { ending: "<think>\n" });
    const parts = await all(reply(model, { messages, settings }).parts);
    expect(parts[0]).toEqual({ type: "reasoning-start" });
    expect(await resultOf(model)).toMatchObject({ text: "Yes.", reasoning: "Hm." });
  });

  test("is asked for by the variable that the template has, and a warning says that it has none", async () => {
    const model = scripted("Yes.");
    const renderings: unknown[] = [];
    const chat: NonNullable<LanguageModel["chat"]> = {
      ...model.chat!,
      render: (list, options) =>
        `${model.chat!.render(list, options)}${options?.variables?.["enable_thinking"] === false ? "<think></think>" : ""}`,
      encode: (list, options) => {
        renderings.push(options?.variables);
        return model.chat!.encode(list, options);
      },
    };
    await resultOf({ ...model, chat }, { reasoning: "none" });
    await resultOf({ ...model, chat }, { reasoning: "high", chat: { variables: { x: 1 } } });
    expect(renderings).toEqual([{ enable_thinking: false }, { enable_thinking: true, x: 1 }]);
    const { list, onWarning } = warnings();
    await resultOf(model, { reasoning: "none", onWarning });
    expect(list).toMatchObject([{ option: "reasoning" }]);
  });

  test("comes before an object", async () => {
    const model = scripted("<think>Hm</think>no object", { special: ["<think>", "</think>"] });
    const schema = { type: "object", properties: { x: { type: "boolean" } }, required: ["x"] };
    const { text, reasoning } = await resultOf(model, { format: { type: "json", schema } });
    expect(reasoning).toBe("Hm");
    expect(text).toMatch(/^\{"x": (true|false)\}$/u);
  });
});

describe("tools", () => {
  const marks = ["<tool_call>", "</tool_call>"];
  test.each([
    ["given to the template", { writesCall: hermesCall }],
    ["given to the template, with marks that are special tokens", { writesCall: hermesCall, special: marks }],
    ["described in a message", {}],
  ])("%s are called", async (_, options) => {
    const model = scripted(`I add.\n${CALL}`, options);
    const result = await resultOf(model, { tools: [ADD] });
    expect(result).toMatchObject({ text: "I add.", finishReason: "tool-calls" });
    expect(result.toolCalls).toEqual([{ id: "call00001", name: "add", text: '{"a": 1, "b": 2}', arguments: { a: 1, b: 2 } }]);
  });

  test("are told of in the prompt, and what was called before is too", async () => {
    const calling = {
      role: "assistant",
      content: null,
      tool_calls: [{ id: "call00001", type: "function", function: { name: "add", arguments: '{"a":1}' } }],
    };
    const conversation = [...messages, calling, { role: "tool", tool_call_id: "call00001", content: "3" }];
    for (const writesCall of [hermesCall, undefined]) {
      const prompts: string[] = [];
      const model = scripted("3", { writesCall });
      const chat = {
        ...model.chat!,
        encode: (...[list, options]: Parameters<NonNullable<LanguageModel["chat"]>["encode"]>) => {
          prompts.push(model.chat!.render(list, options));
          return model.chat!.encode(list, options);
        },
      };
      await resultOf({ ...model, chat }, { messages: conversation, tools: [ADD] });
      expect(prompts[0]).toContain('"name":"add","description":"Adds"');
      expect(prompts[0]).toMatch(/<tool_call>\n\{"name": "add", "arguments": \{"a":1\}\}\n<\/tool_call>/u);
      expect(prompts[0]).toContain(writesCall ? "tool: 3" : "user: <tool_response>\n3\n</tool_response>");
      expect((await resultOf({ ...model, chat }, { messages: conversation, tools: [ADD], toolChoice: "none" })).text).toBe("3");
      expect(prompts[1]).not.toContain("Adds");
    }
  });

  test("are called where that is required, with arguments of their schema", async () => {
    const model = scripted("I do not want to.");
    const now = { name: "now" };
    const { toolCalls, text } = await resultOf(model, { tools: [ADD, now], toolChoice: { tool: "now" }, parallelToolCalls: false });
    expect([text, toolCalls]).toEqual(["", [{ id: "call00001", name: "now", text: "{}", arguments: {} }]]);
    const required = await resultOf(model, { tools: [ADD], toolChoice: "required", parallelToolCalls: false });
    expect(Object.keys(required.toolCalls[0]!.arguments as object)).toEqual(["a", "b"]);
  });

  test("are called by an id that the conversation does not have", async () => {
    const calling = { role: "assistant", tool_calls: [{ id: "call00001", function: { name: "add", arguments: {} } }] };
    const { toolCalls } = await resultOf(scripted(CALL), { tools: [ADD], messages: [...messages, calling, ...messages] });
    expect(toolCalls[0]!.id).toBe("call00002");
  });

  test("that are not among those given are not called under the constraint, and their text is as the model wants without one", async () => {
    const strange = CALL.replace('"add"', '"sub"');
    const held = await resultOf(scripted(strange), { tools: [ADD], settings: { ...settings, maxNewTokens: 300 } });
    expect(held.toolCalls.map(({ name }) => name)).not.toContain("sub");
    const free = await resultOf(scripted(strange, { withoutBytes: true }), { tools: [ADD] });
    expect(free.toolCalls).toMatchObject([{ name: "sub" }]);
    expect(() => reply(scripted("", { withoutBytes: true }), { messages, tools: [ADD], toolChoice: "required" })).toThrow("tokenBytes");
  });

  test("a call that the limit cuts is told, and is no finish reason", async () => {
    const result = await resultOf(scripted(CALL), { tools: [ADD], settings: { ...settings, maxNewTokens: 50 } });
    expect(result.finishReason).toBe("length");
    expect(result.toolCalls).toMatchObject([{ name: "add", arguments: undefined }]);
  });
});

describe("a decoder", () => {
  test("of any kind makes the reply, with the constraint", async () => {
    const schema = { type: "object", properties: { answer: { type: "integer" } }, required: ["answer"] };
    const model = scripted('{"answer": 3}');
    const { text, statistics, decoder } = await resultOf(model, {
      format: { type: "json", schema },
      decoder: ({ sampler, constraint }) => speculative({ drafter: forcedTokens(constraint!), sampler }),
    });
    expect(text).toBe('{"answer": 3}');
    expect(decoder).toContain("speculative");
    expect(statistics.accepted).toBeGreaterThan(8);
    expect(statistics.targetPasses).toBeLessThan(statistics.tokens / 2);
  });

  test("that takes no sampler is reported, with the settings that have no effect", async () => {
    const { list, onWarning } = warnings();
    await resultOf(scripted("a"), { settings: { temperature: 0.5, topP: 0.9, seed: 1 }, decoder: () => greedy(), onWarning });
    expect(list.map(({ option }) => option)).toEqual(["settings.temperature", "settings.topP"]);
    const taken = warnings();
    await resultOf(scripted("a"), {
      settings: { temperature: 0.5 },
      decoder: ({ sampler }) => speculative({ drafter: suffix(), sampler }),
      onWarning: taken.onWarning,
    });
    expect(taken.list).toEqual([]);
  });

  test("that uses no causal model is reported, if its rows would have been processed", async () => {
    const { list, onWarning } = warnings();
    const oneLetter = defineDecoder({
      name: "one letter",
      requires: ["masked"],
      async *run(context) {
        yield* context.commit(Int32Array.of(97));
        return "stop";
      },
    });
    const masked = memoryMaskedModel({ vocabSize: 258, contextLength: 64, maskTokenId: 257, logitsAt: () => new Float32Array(258) });
    const model = { ...scripted("a"), masked };
    expect((await resultOf(model, { decoder: () => oneLetter, format: { type: "json" }, settings: {}, onWarning })).text).toBe("a");
    expect(list.map(({ option }) => option)).toEqual(["decoder"]);
  });

  test("shows its events among the parts", async () => {
    const trace = await all(reply(scripted("ab"), { messages, settings }).trace);
    const commit = trace.findIndex((part) => part.type === "decode-event" && part.event.type === "tokens-commit");
    expect(trace[commit + 1]).toEqual({ type: "text-delta", text: "a" });
    expect(trace.filter(({ type }) => type === "decode-event")).toHaveLength(
      (await all(reply(scripted("ab"), { messages, settings }).events)).length,
    );
  });
});

describe("an end before the end", () => {
  test("of all readers frees the sessions", async () => {
    const model = scripted("A long text.");
    const given = reply(model, { messages, settings });
    for await (const part of given.parts) if (part.type === "text-delta") break;
    expect(model.causal.openSessions()).toBe(0);
    expect(await given.result).toMatchObject({ text: "A", finishReason: "abort" });
  });

  test("by a signal keeps what was committed", async () => {
    const controller = new AbortController();
    const given = reply(scripted("A long text."), { messages, settings, signal: controller.signal });
    for await (const part of given.parts) if (part.type === "text-delta" && part.text === "l") controller.abort();
    expect(await given.result).toMatchObject({ text: "A l", finishReason: "abort" });
    expect(await resultOf(scripted("a"), { signal: AbortSignal.abort() })).toMatchObject({ text: "", finishReason: "abort" });
  });

  test("by an error reaches every reader", async () => {
    const model = scripted("a");
    const failing = { ...model, causal: { ...model.causal, createSession: () => Promise.reject(new Error("no memory")) } };
    const given = reply(failing, { messages, settings });
    await expect(all(given.parts)).rejects.toThrow("no memory");
    await expect(given.result).rejects.toThrow("no memory");
  });
});

test("the tokens that a prefix cache had read are counted, for each reply by itself", async () => {
  const cached = withPrefixCache(scripted("Yes."));
  const first = await resultOf(cached);
  const second = resultOf(cached);
  const third = resultOf(cached, { messages: [{ role: "user", content: "What else?" }] });
  expect(first.usage.cachedTokens).toBe(0);
  expect((await second).usage.cachedTokens).toBe(first.usage.promptTokens - 1);
  expect((await third).usage.cachedTokens).toBe("user: What ".length);
});

test("what a schema says and no grammar can is reported", async () => {
  const { list, onWarning } = warnings();
  const schema = { type: "object", properties: { x: { type: "integer", multipleOf: 5 } }, required: ["x"] };
  await resultOf(scripted('{"x": 7}'), { format: { type: "json", schema }, onWarning });
  expect(list).toMatchObject([{ option: "format", message: expect.stringContaining("multipleOf") as string }]);
});

describe("errors", () => {
  test.each<[string, Partial<ReplyRequest>, string]>([
    ["no messages", { messages: [] }, "messages must be a list of at least one message"],
    ["an unknown option", { temperature: 1 } as never, 'option "temperature"'],
    ["an unknown setting", { settings: { top_p: 1 } as never }, 'option "top_p"'],
    ["a setting out of range", { settings: { presencePenalty: 3 } }, "presencePenalty must be a number in [-2, 2]"],
    ["a bias of no token", { settings: { logitBias: { word: 1 } } }, "logit_bias"],
    ["a choice without tools", { toolChoice: "required" }, "toolChoice must be"],
    ["a choice of another tool", { tools: [ADD], toolChoice: { tool: "sub" } }, "one of the tools (add)"],
    ["two tools with one name", { tools: [ADD, ADD] }, "with different names"],
    ["an invalid schema", { format: { type: "json", schema: { type: "mystery" } } }, "the schema at #"],
    ["no decoder", { decoder: () => ({}) as never }, "decoder must be a function that returns a decoder"],
  ])("%s", (_, request, problem) => {
    expect(() => reply(scripted("a"), { messages, ...request })).toThrow(InvalidOptionError);
    expect(() => reply(scripted("a"), { messages, ...request })).toThrow(problem);
  });

  test("a model without a chat template", () => {
    expect(() => reply({ ...scripted("a"), chat: undefined }, { messages })).toThrow(ChatTemplateError);
  });
});
