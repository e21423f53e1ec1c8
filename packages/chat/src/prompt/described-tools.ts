import type { ChatMessage } from "@decodekit/core";
import { templateTool, type Tool } from "../tools/tool.ts";
import type { ToolNotation } from "../tools/tool-notation.ts";
import { type CallOfMessage, callsOf } from "./calls-of-messages.ts";

/** Returns an example of a call. */
function exampleOf({ name, opening, closing, argumentsKey }: ToolNotation): string {
  const call = `{"name": "the tool's name", "${argumentsKey}": {"argument": "value"}}`;
  if (name === "hermes") return `${opening}\n${call}\n${closing}`;
  return name === "mistral" ? `${opening} [${call}]` : call;
}

/** Returns the text that describes tools to a model whose chat template does not. */
export function describedTools(tools: readonly Tool[], notation: ToolNotation): string {
  const list = tools.map((tool) => JSON.stringify(templateTool(tool))).join("\n");
  return `You can call these tools:\n<tools>\n${list}\n</tools>\n\nTo call a tool, write only the call, with its arguments as JSON:\n${exampleOf(notation)}`;
}

/** Returns messages in which calls of tools and their results are texts, for a template that does not know them. */
export function withTextOfCalls(messages: readonly ChatMessage[], notation: ToolNotation): readonly ChatMessage[] {
  return messages.map((message) => {
    const calls = callsOf(message);
    if (calls.length > 0) {
      const { tool_calls: _, content, ...rest } = message;
      const before = typeof content === "string" && content !== "" ? `${content}\n` : "";
      return { ...rest, content: before + textOfCalls(calls, notation) };
    }
    if (message.role !== "tool") return message;
    return { role: "user", content: `<tool_response>\n${textOf(message.content)}\n</tool_response>` };
  });
}

function textOfCalls(calls: readonly CallOfMessage[], { name, opening, closing, argumentsKey }: ToolNotation): string {
  const texts = calls.map((call) => `{"name": ${JSON.stringify(call.name)}, "${argumentsKey}": ${JSON.stringify(call.arguments)}}`);
  if (name === "hermes") return texts.map((text) => `${opening}\n${text}\n${closing}`).join("\n");
  return name === "mistral" ? `${opening} [${texts.join(", ")}]` : texts.join("; ");
}

function textOf(content: ChatMessage["content"]): string {
  if (typeof content === "string") return content;
  return (content ?? []).map(({ text = "" }) => text).join("");
}

/** Adds a text to the system message, which is the first if the template has system messages, else a part of the first message of the user. */
export function withInstructions(messages: readonly ChatMessage[], text: string, hasSystem: boolean): readonly ChatMessage[] {
  const at = messages.findIndex(({ role }) => role === "system" || role === "developer");
  const target = at >= 0 ? at : hasSystem ? -1 : messages.findIndex(({ role }) => role === "user");
  if (target < 0) return [{ role: "system", content: text }, ...messages];
  return messages.map((message, index) => {
    if (index !== target) return message;
    const parts = at >= 0 ? [textOf(message.content), text] : [text, textOf(message.content)];
    return { ...message, content: parts.join("\n\n") };
  });
}
