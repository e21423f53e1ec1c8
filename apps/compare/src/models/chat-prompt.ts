import type { ChatMessage } from "@decodekit/core";
import type { WorkerModel } from "@decodekit/core/worker";
import { texts } from "../texts/texts.ts";
import type { Settings } from "../url/settings.ts";

/** A prompt as the visitor wrote it. */
export type WrittenPrompt = Pick<Settings, "prompt" | "chat" | "system">;

/** A prompt as the model reads it. */
export interface ReadPrompt {
  /** Shape (n,). */
  readonly tokens: Int32Array;
  /** The rendered chat; undefined for plain text. */
  readonly rendered?: string | undefined;
  /** Whether the template wrote a date. */
  readonly hasDate?: boolean | undefined;
}

/** Templates that cannot do without a date get this one, so that a run can be repeated. */
export const TEMPLATE_DATE = new Date(Date.UTC(2025, 0, 1));

/** Whether a prompt is a message of a chat. `hasChat`: whether the model has a chat template; undefined while that is not known. */
export function isChat({ chat }: Pick<WrittenPrompt, "chat">, hasChat: boolean | undefined): boolean | undefined {
  return chat === "auto" ? hasChat : chat === "on";
}

/**
 * Turns a prompt into tokens.
 * @throws Error if it is to be a message of a chat and the model has no chat template, and the errors of the template.
 */
export async function readPrompt(model: Pick<WorkerModel, "name" | "encode" | "chat">, written: WrittenPrompt): Promise<ReadPrompt> {
  const { chat: template } = model;
  if (!isChat(written, template !== undefined)) return { tokens: await model.encode(written.prompt) };
  if (!template) throw new Error(texts.models.problems.noTemplate(model.name));
  const messages = messagesOf(written);
  try {
    return { tokens: await template.encode(messages), rendered: await template.render(messages) };
  } catch (error) {
    if (!needsDate(error)) throw error;
    const now = { now: TEMPLATE_DATE };
    return { tokens: await template.encode(messages, now), rendered: await template.render(messages, now), hasDate: true };
  }
}

/** Returns the messages of a chat: the system message, if there is one, and the prompt as the user's. */
export function messagesOf({ prompt, system }: Omit<WrittenPrompt, "chat">): readonly ChatMessage[] {
  const user = { role: "user", content: prompt };
  return system.trim() === "" ? [user] : [{ role: "system", content: system }, user];
}

/** The message of the error names the option that is missing. */
function needsDate(error: unknown): boolean {
  return error instanceof Error && (error as { readonly code?: unknown }).code === "CHAT_TEMPLATE" && error.message.includes("pass now:");
}
