import { ChatTemplateError } from "../../errors.ts";
import type { ChatMessage } from "../../contracts/chat.ts";

/**
 * Cuts a rendered conversation after the content of its last message, as transformers does for `continue_final_message`. Spaces at the end
 * of the content stay only if the template keeps them.
 * @throws ChatTemplateError if the content is empty, or the template does not write it.
 */
export function endWithin(text: string, content: ChatMessage["content"], source: string): string {
  const last = typeof content === "string" ? content : (content?.findLast((part) => part.text !== undefined)?.text ?? "");
  const trimmed = last.trim();
  const start = trimmed === "" ? -1 : text.lastIndexOf(trimmed);
  if (start < 0) {
    const problem = trimmed === "" ? "the last message has no text to continue" : "the template does not write the last message as it is";
    throw new ChatTemplateError(source, `${problem}. Leave out continueFinalMessage, and use addGenerationPrompt instead.`);
  }
  const whole = last.trimStart();
  return text.slice(0, start + (text.startsWith(whole, start) ? whole : trimmed).length);
}
