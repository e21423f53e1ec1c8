import type { ChatTemplate } from "@decodekit/core";
import { loadModel, type OnnxLanguageModel } from "@decodekit/core/onnx";
import { stories } from "@decodekit/tiny-models";
import { afterAll, beforeAll, expect, test } from "vitest";
import { CHAT_TASKS } from "../../tasks/chat-tasks.ts";
import { promptsOfLength, taskPrompts } from "./prompts.ts";

let model: OnnxLanguageModel;
beforeAll(async () => {
  model = await loadModel(stories, { execution: "native", threads: 1 });
});
afterAll(() => model.dispose());

test("prompts have exactly the lengths that are asked for, and begin alike", () => {
  const [short, long] = promptsOfLength(model, [16, 400]);
  expect([short!.tokens.length, long!.tokens.length]).toEqual([16, 400]);
  expect(long!.tokens.slice(0, 16)).toEqual(short!.tokens);
  expect(short!.text).toBe(model.tokenizer.decode(short!.tokens));
});

test("a model without a chat template gets the text of each task, as many of each kind as asked for", () => {
  const prompts = taskPrompts(model, { perKind: 1, maxNewTokens: 1 });
  expect(new Set(prompts.map(({ kind }) => kind)).size).toBe(prompts.length);
  for (const { task, kind, text, tokens } of prompts) {
    expect({ kind, prompt: text }).toEqual(CHAT_TASKS[task]);
    expect(tokens).toEqual(model.tokenizer.encode(text));
  }
});

test("a chat template is applied to the task as a user's message", () => {
  const chat: ChatTemplate = {
    names: ["default"],
    render: (messages) => messages.map(({ role, content }) => `${role}: ${content as string}`).join(),
    encode: () => Int32Array.of(1, 2),
  };
  const [first] = taskPrompts({ ...model, chat }, { perKind: 1, maxNewTokens: 1 });
  expect(first).toMatchObject({ task: 0, text: `user: ${CHAT_TASKS[0]!.prompt}`, tokens: Int32Array.of(1, 2) });
});

test("tasks that do not fit into the context with their answers are left out", () => {
  const { contextLength } = model.causal;
  const all = taskPrompts(model, { perKind: 3, maxNewTokens: 1 });
  const longest = Math.max(...all.map(({ tokens }) => tokens.length));
  const maxNewTokens = contextLength - longest + 1;
  const fitting = taskPrompts(model, { perKind: 3, maxNewTokens });
  expect(fitting.length).toBeLessThan(all.length);
  expect(Math.max(...fitting.map(({ tokens }) => tokens.length)) + maxNewTokens).toBeLessThanOrEqual(contextLength);
});
