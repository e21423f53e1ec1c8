import type { LanguageModel, TokenId } from "@decodekit/core";
import { CHAT_TASKS, TASK_KINDS, type TaskKind } from "../../tasks/chat-tasks.ts";
import type { BenchmarkPrompt } from "../contenders/contender.ts";
import type { Place } from "../place/place.ts";

/** A chat task as a prompt of one model. */
export interface TaskPrompt extends BenchmarkPrompt {
  /** Index in `CHAT_TASKS`. */
  readonly task: number;
  readonly kind: TaskKind;
}

/** What a suite needs to know of the model before its contenders load it. */
export interface ModelPrompts<Prompt extends BenchmarkPrompt> {
  readonly prompts: readonly Prompt[];
  readonly stopTokens: readonly TokenId[];
  readonly contextLength: number;
}

export interface TaskChoice {
  /** Number of tasks of each kind, from the first. */
  readonly perKind: number;
  readonly maxNewTokens: number;
}

/** Returns chat tasks in the model's chat template, if it has one, without those that do not fit into its context with their answers. */
export function taskPrompts(model: LanguageModel, { perKind, maxNewTokens }: TaskChoice): readonly TaskPrompt[] {
  const fits = ({ tokens }: TaskPrompt): boolean => tokens.length + maxNewTokens <= model.causal!.contextLength;
  const taken = new Map<TaskKind, number>(TASK_KINDS.map((kind) => [kind, 0]));
  return CHAT_TASKS.flatMap(({ kind, prompt }, task): TaskPrompt[] => {
    const number = taken.get(kind)!;
    taken.set(kind, number + 1);
    if (number >= perKind) return [];
    const messages = [{ role: "user", content: prompt }];
    const { chat, tokenizer } = model;
    if (!chat) return [{ task, kind, tokens: tokenizer.encode(prompt), text: prompt }];
    return [{ task, kind, tokens: chat.encode(messages), text: chat.render(messages) }];
  }).filter(fits);
}

/** Returns prompts of exactly so many tokens each, from the texts of the chat tasks, repeated as often as needed. */
export function promptsOfLength(model: LanguageModel, lengths: readonly number[]): readonly BenchmarkPrompt[] {
  const text = model.tokenizer.encode(CHAT_TASKS.map(({ prompt }) => prompt).join("\n\n"));
  return lengths.map((length) => {
    const tokens = Int32Array.from({ length }, (_, index) => text[index % text.length]!);
    return { tokens, text: model.tokenizer.decode(tokens) };
  });
}

/** Loads the model of `place` with decodekit, makes prompts, and frees it: contenders are measured with one model in memory. */
export async function readPrompts<Prompt extends BenchmarkPrompt>(
  place: Place,
  make: (model: LanguageModel, contextLength: number) => readonly Prompt[],
): Promise<ModelPrompts<Prompt>> {
  const model = await place.load();
  try {
    const { contextLength } = model.causal;
    return { prompts: make(model, contextLength), stopTokens: model.stopTokens, contextLength };
  } finally {
    await model.dispose();
  }
}
