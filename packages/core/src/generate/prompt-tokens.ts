import { ChatTemplateError } from "../errors.ts";
import type { ChatMessage, ChatOptions } from "../contracts/chat.ts";
import type { LanguageModel } from "../contracts/language-model.ts";

/** What a decode continues: text, tokens of shape (n,), or a conversation. */
export type Prompt = string | Int32Array | readonly ChatMessage[];

/** Returns whether `value` is a conversation: at least one message. */
export function isConversation(value: unknown): value is readonly ChatMessage[] {
  const isMessage = (item: unknown): boolean => {
    return typeof item === "object" && item !== null && "role" in item && typeof item.role === "string";
  };
  return Array.isArray(value) && value.length > 0 && value.every(isMessage);
}

/**
 * Returns the tokens of a prompt, shape (n,); `chat`: how to turn a conversation into a prompt.
 * @throws ChatTemplateError for a conversation that the model has no template for, or that its template refuses.
 */
export function promptTokensOf(model: LanguageModel, prompt: Prompt, chat?: ChatOptions): Int32Array {
  if (typeof prompt === "string") return model.tokenizer.encode(prompt);
  if (prompt instanceof Int32Array) return prompt;
  if (model.chat) return model.chat.encode(prompt, chat);
  throw new ChatTemplateError(model.name, "the model has no chat template. Write the conversation as text, or use a model for chats.");
}
