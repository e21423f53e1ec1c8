import { type ChatMessage, ChatTemplateError, type ChatTemplate } from "@decodekit/core";
import { templateTool } from "../tools/tool.ts";
import type { ToolNotationName } from "../tools/tool-notation.ts";

/** What a chat template does with what not every template knows. */
export interface TemplateFacts {
  /** How it writes calls of tools, which it also describes; undefined if it does not, or in an unknown notation. */
  readonly notation: ToolNotationName | undefined;
  /** Whether it has system messages. */
  readonly hasSystem: boolean;
}

const NAME = "probe_of_tools";
const TEXT = "probe of a message";
const TOOL = templateTool({ name: NAME, description: "A tool", parameters: { type: "object", properties: { a: { type: "integer" } } } });
const QUESTION: ChatMessage = { role: "user", content: "A question" };
const CALL: ChatMessage = {
  role: "assistant",
  content: "",
  tool_calls: [{ id: "call00001", type: "function", function: { name: NAME, arguments: { a: 1 } } }],
};
const RESULT: ChatMessage = { role: "tool", name: NAME, tool_call_id: "call00001", content: "1" };

/** A call of the probe in each notation. */
const CALLS: Readonly<Record<ToolNotationName, RegExp>> = {
  hermes: new RegExp(`<tool_call>\\s*\\{\\s*"name":\\s*"${NAME}",\\s*"arguments"`, "u"),
  mistral: new RegExp(`\\[TOOL_CALLS\\]\\s*\\[\\s*\\{.*?"name":\\s*"${NAME}"`, "su"),
  llama: new RegExp(`\\{\\s*"name":\\s*"${NAME}",\\s*"parameters"`, "u"),
};

const known = new WeakMap<ChatTemplate, TemplateFacts>();

/** Returns what a template does with a tool, a call and a system message, which it is given to render once. */
export function templateFacts(chat: ChatTemplate): TemplateFacts {
  const facts = known.get(chat) ?? findFacts(chat);
  known.set(chat, facts);
  return facts;
}

function findFacts(chat: ChatTemplate): TemplateFacts {
  const now = new Date(0);
  const rendered = (messages: readonly ChatMessage[], tools?: readonly object[]): string => {
    try {
      return chat.render(messages, { now, tools });
    } catch (error) {
      if (error instanceof ChatTemplateError) return "";
      throw error;
    }
  };
  const describesTools = rendered([QUESTION], [TOOL]).includes(NAME);
  // Some templates refuse a conversation without the result, others one with it.
  const called = describesTools ? rendered([QUESTION, CALL, RESULT], [TOOL]) || rendered([QUESTION, CALL], [TOOL]) : "";
  const names = Object.keys(CALLS) as ToolNotationName[];
  return {
    notation: names.find((name) => CALLS[name].test(called)),
    hasSystem: rendered([{ role: "system", content: TEXT }, QUESTION]).includes(TEXT),
  };
}
