import type { ReplyFormat, ReplyRequest, Tool, ToolChoice } from "@decodekit/chat";
import type { ChatMessage, Warning } from "@decodekit/core";
import { ApiError } from "../api-error.ts";
import type { ChatRequest } from "./chat-request.ts";
import type { SamplingParameters } from "./sampling.ts";

type Message = ChatRequest["messages"][number];

/** Returns messages in the form of chat templates: with texts as strings, and OpenAI's newer name of the system under its usual one. */
export function messagesOf(messages: readonly Message[]): readonly ChatMessage[] {
  return messages.map(({ role, content, name, tool_calls: calls, tool_call_id: answered, reasoning_content: reasoning }) => ({
    role: role === "developer" ? "system" : role,
    content: contentOf(content),
    ...(typeof name === "string" && { name }),
    ...(calls && { tool_calls: calls.map(({ id, type, function: called }) => ({ id, type, function: called })) }),
    ...(typeof answered === "string" && { tool_call_id: answered }),
    ...(typeof reasoning === "string" && { reasoning_content: reasoning }),
  }));
}

/** Returns what of messages becomes part of the prompt. */
export function textsOf(messages: readonly ChatMessage[]): readonly string[] {
  return messages.map((message) => JSON.stringify(message));
}

function contentOf(content: Message["content"]): string {
  if (typeof content === "string") return content;
  return (content ?? []).map((part) => part.text ?? part.refusal ?? "").join("");
}

/** Returns tools, their choice and the format of an answer as `reply` takes them. */
export function replyShape(request: ChatRequest): Pick<ReplyRequest, "tools" | "toolChoice" | "parallelToolCalls" | "format"> {
  const { tools = [], tool_choice: choice, parallel_tool_calls: parallelToolCalls, response_format: format } = request;
  const toolChoice = choiceOf(choice);
  return {
    tools: tools.map(toolOf),
    toolChoice,
    // One tool is named for one call.
    parallelToolCalls: parallelToolCalls ?? typeof toolChoice !== "object",
    format: formatOf(format),
  };
}

function toolOf({ function: { name, description, parameters } }: NonNullable<ChatRequest["tools"]>[number]): Tool {
  return { name, description: description ?? undefined, parameters: parameters ?? undefined };
}

function choiceOf(choice: ChatRequest["tool_choice"]): ToolChoice | undefined {
  return typeof choice === "object" ? { tool: choice.function.name } : choice;
}

function formatOf(format: ChatRequest["response_format"]): ReplyFormat | undefined {
  if (!format || format.type === "text") return undefined;
  return format.type === "json_object" ? { type: "json" } : { type: "json", schema: format.json_schema.schema };
}

/** Returns sampling parameters under the names of `reply`. */
export function settingsOf(parameters: SamplingParameters): ReplyRequest["settings"] {
  const { temperature, top_p: topP, top_k: topK, min_p: minP } = parameters;
  return {
    temperature,
    topP,
    topK: topK === -1 ? 0 : topK,
    minP,
    presencePenalty: parameters.presence_penalty,
    frequencyPenalty: parameters.frequency_penalty,
    repetitionPenalty: parameters.repetition_penalty,
    logitBias: parameters.logit_bias,
  };
}

/** @throws ApiError for a schema that is to be followed strictly, and cannot be, as a warning of `reply` says. */
export function refuseLooseSchema({ response_format: format, tools = [] }: ChatRequest, { option, message }: Warning): void {
  const isStrict = format?.type === "json_schema" && format.json_schema.strict === true;
  if (option === "format" && isStrict)
    throw new ApiError(message, { param: "response_format.json_schema.schema", code: "unsupported_schema" });
  if (option === "tools" && tools.some((tool) => tool.function.strict === true))
    throw new ApiError(message, { param: "tools", code: "unsupported_schema" });
}
