import { type ChatMessage, type ChatOptions, ChatTemplateError, type LanguageModel } from "@decodekit/core";
import { templateTool, type Tool } from "../tools/tool.ts";
import { TOOL_NOTATIONS, type ToolNotation, type ToolNotationName } from "../tools/tool-notation.ts";
import { withValues } from "./calls-of-messages.ts";
import { describedTools, withInstructions, withTextOfCalls } from "./described-tools.ts";
import { type TemplateFacts, templateFacts } from "./template-facts.ts";

/** A conversation, and what the model may do in its next message. */
export interface PromptRequest {
  readonly messages: readonly ChatMessage[];
  /** Those that the model is told of. */
  readonly tools: readonly Tool[];
  readonly toolNotation: ToolNotationName | undefined;
  readonly chat: Omit<ChatOptions, "tools"> | undefined;
}

/** A prompt, shape (n,), and how the model writes calls after it. */
export interface ChatPrompt {
  readonly tokens: Int32Array;
  readonly notation: ToolNotation;
}

/**
 * Returns the prompt of a conversation. Tools are given to the model's chat template if it writes calls in a known notation, and in the one
 * that is wanted; else a system message describes them, and calls and results become texts.
 * @throws ChatTemplateError if the model has no chat template, or it refuses the conversation.
 */
export function promptOf(model: LanguageModel, { messages, tools, toolNotation, chat }: PromptRequest): ChatPrompt {
  if (!model.chat) throw new ChatTemplateError(model.name, "the model has no chat template, so it cannot reply to a conversation.");
  const usesTools = tools.length > 0 || messages.some(({ role, tool_calls: calls }) => role === "tool" || calls !== undefined);
  const facts: TemplateFacts = usesTools ? templateFacts(model.chat) : { notation: undefined, hasSystem: true };
  const notation = TOOL_NOTATIONS[toolNotation ?? facts.notation ?? "hermes"];
  if (facts.notation !== undefined && facts.notation === notation.name) {
    const given = tools.length > 0 ? { tools: tools.map(templateTool) } : {};
    return { tokens: model.chat.encode(withValues(messages), { ...chat, ...given }), notation };
  }
  const texts = usesTools ? withTextOfCalls(messages, notation) : messages;
  const told = tools.length > 0 ? withInstructions(texts, describedTools(tools, notation), facts.hasSystem) : texts;
  return { tokens: model.chat.encode(told, chat), notation };
}
