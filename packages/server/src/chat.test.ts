import type { ChatMessage, ChatTemplate } from "@decodekit/core";
import { byteTokenizer, memoryModel } from "@decodekit/core/testing";
import { describe, expect, test } from "vitest";
import { type ServedModel } from "./served-models.ts";
import { startServer, type TestServer } from "./server-for-tests.ts";

const BEGIN = "\nassistant: ";

/** A model that writes `script` after a prompt, whatever the prompt is, and keeps the prompts and the template's options. */
function scriptedModel(script: string): { readonly model: ServedModel; readonly prompts: string[]; readonly options: unknown[] } {
  const tokenizer = byteTokenizer();
  const written = tokenizer.encode(script, { addSpecialTokens: false });
  const [prompts, options]: [string[], unknown[]] = [[], []];
  const causal = memoryModel({
    vocabSize: tokenizer.vocabSize,
    contextLength: 4096,
    logitsAfter(prefix) {
      const text = tokenizer.decode(prefix);
      const done = new TextEncoder().encode(text.slice(text.lastIndexOf(BEGIN) + BEGIN.length)).length;
      const row = new Float32Array(tokenizer.vocabSize).fill(-9);
      row[written[done] ?? tokenizer.endToken] = 9;
      return row;
    },
  });
  const render = (messages: readonly ChatMessage[]): string =>
    `${messages.map(({ role, content }) => `${role}: ${typeof content === "string" ? content : ""}`).join("\n")}${BEGIN}`;
  const chat: ChatTemplate = {
    names: ["default"],
    render,
    encode(messages, given) {
      prompts.push(render(messages));
      options.push(given);
      return tokenizer.encode(render(messages));
    },
  };
  return { model: { name: "scripted", tokenizer, stopTokens: [tokenizer.endToken], causal, chat }, prompts, options };
}

interface Message {
  readonly content: string | null;
  readonly reasoning_content?: string;
  readonly tool_calls?: readonly { readonly id: string; readonly function: { readonly name: string; readonly arguments: string } }[];
}

interface Answer {
  readonly choices: readonly { readonly message: Message; readonly finish_reason: string }[];
  readonly usage: { readonly completion_tokens: number; readonly completion_tokens_details: { readonly reasoning_tokens: number } };
  readonly error?: { readonly message: string; readonly param: string; readonly code: string };
}

async function ask({ call }: TestServer, parameters: object): Promise<Answer> {
  const response = await call("/v1/chat/completions", {
    model: "bytes",
    temperature: 0,
    messages: [{ role: "user", content: "x" }],
    ...parameters,
  });
  return (await response.json()) as Answer;
}

interface Delta {
  readonly content?: string;
  readonly reasoning_content?: string;
  readonly tool_calls?: readonly { readonly index: number; readonly id?: string; readonly function: { readonly arguments: string } }[];
}

/** Returns the deltas of a stream. */
async function deltasOf({ call }: TestServer, parameters: object): Promise<readonly Delta[]> {
  const messages = [{ role: "user", content: "x" }];
  const response = await call("/v1/chat/completions", { model: "bytes", temperature: 0, messages, stream: true, ...parameters });
  const lines = (await response.text()).split("\n\n").filter((line) => line.startsWith("data: {"));
  return lines.map((line) => (JSON.parse(line.slice(6)) as { choices: readonly [{ delta: Delta }] }).choices[0].delta);
}

const TOOL = {
  type: "function",
  function: { name: "find", parameters: { type: "object", properties: { n: { type: "integer" } }, required: ["n"] } },
};

describe("POST /v1/chat/completions", () => {
  test("gives the template what the messages say", async () => {
    const { model, prompts, options } = scriptedModel("ok");
    const server = await startServer(model);
    const messages = [
      { role: "developer", content: "Be short." },
      {
        role: "user",
        content: [
          { type: "text", text: "one " },
          { type: "text", text: "two" },
        ],
      },
      { role: "assistant", content: "three", refusal: null, annotations: [] },
      { role: "user", content: "four", name: "me" },
    ];
    const answer = await ask(server, { messages, reasoning_effort: "low", chat_template_kwargs: { enable_thinking: false } });
    expect(answer.choices).toMatchObject([{ message: { role: "assistant", content: "ok", refusal: null }, finish_reason: "stop" }]);
    expect(prompts).toEqual(["system: Be short.\nuser: one two\nassistant: three\nuser: four\nassistant: "]);
    expect(options).toMatchObject([{ now: expect.any(Date), variables: { reasoning_effort: "low", enable_thinking: false } }]);
  });

  test("tells reasoning from the answer", async () => {
    const server = await startServer(scriptedModel("<think>hm</think>yes").model);
    const { choices, usage } = await ask(server, {});
    expect(choices[0]!.message).toMatchObject({ content: expect.stringMatching(/yes$/), reasoning_content: "hm" });
    expect(usage.completion_tokens_details.reasoning_tokens).toBeGreaterThan(0);
    const deltas = await deltasOf(server, {});
    expect(deltas.map((delta) => delta.reasoning_content ?? "").join("")).toBe("hm");
    expect(deltas.map((delta) => delta.content ?? "").join("")).toBe(choices[0]!.message.content);
  });

  test("reads calls, whole and in pieces", async () => {
    const script = '<tool_call>\n{"name": "find", "arguments": {"n": 7}}\n</tool_call>';
    const server = await startServer(scriptedModel(script).model);
    const { choices } = await ask(server, { tools: [TOOL] });
    const [call] = choices[0]!.message.tool_calls!;
    expect([choices[0]!.finish_reason, choices[0]!.message.content]).toEqual(["tool_calls", null]);
    expect([call!.function.name, JSON.parse(call!.function.arguments)]).toEqual(["find", { n: 7 }]);
    const pieces = (await deltasOf(server, { tools: [TOOL] })).flatMap((delta) => delta.tool_calls ?? []);
    expect(pieces.map((piece) => piece.function.arguments).join("")).toBe(call!.function.arguments);
    expect(pieces.map(({ id }) => id).filter((id) => id !== undefined)).toEqual([call!.id]);
    const none = await ask(server, { tools: [TOOL], tool_choice: "none", max_tokens: 8 });
    expect(none.choices[0]!.message.tool_calls).toBeUndefined();
  });

  test("reports how a text was cut, and what it cost", async () => {
    const server = await startServer(scriptedModel("a long text").model);
    const cut = await ask(server, { max_completion_tokens: 4, max_tokens: 9 });
    expect(cut.choices[0]).toMatchObject({ message: { content: "a lo" }, finish_reason: "length" });
    expect(cut.usage.completion_tokens).toBe(4);
    const stopped = await ask(server, { stop: "text" });
    expect(stopped.choices[0]).toMatchObject({ message: { content: "a long " }, finish_reason: "stop" });
  });

  test.each([
    ["too many properties", { n: 300 }, "schema_too_large"],
    ["few enough", { n: 200 }, undefined],
  ])("takes schemas with %s", async (_, { n }, code) => {
    const properties = Object.fromEntries(Array.from({ length: n }, (__, index) => [`p${index}`, { type: "null" }]));
    const schema = { type: "object", properties, required: [] };
    const answer = await ask(await startServer(scriptedModel("{}").model), {
      response_format: { type: "json_schema", json_schema: { name: "s", schema } },
    });
    expect(answer.error?.code).toBe(code);
    if (!code) expect(answer.choices[0]!.message.content).toBe("{}");
  });

  test("of a model without a template is refused, and a long text before it becomes tokens", async () => {
    const { chat: _, ...model } = scriptedModel("ok").model;
    const answer = await ask(await startServer(model), {});
    expect(answer.error).toMatchObject({ param: "messages", code: "invalid_value" });
    const { model: other, prompts } = scriptedModel("ok");
    const long = await ask(await startServer(other, { limits: { maxPromptCharacters: 100 } }), {
      messages: [{ role: "user", content: "x".repeat(100) }],
    });
    expect([long.error!.code, prompts]).toEqual(["context_length_exceeded", []]);
  });
});
