import {
  type LanguageModelV4FilePart,
  type LanguageModelV4Message,
  type LanguageModelV4Prompt,
  type LanguageModelV4ToolResultOutput,
  type SharedV4Warning,
  UnsupportedFunctionalityError,
} from "@ai-sdk/provider";
import type { ChatMessage } from "@decodekit/core";

type AssistantPart = Extract<LanguageModelV4Message, { role: "assistant" }>["content"][number];

/** Returns a prompt as messages for chat templates. @throws UnsupportedFunctionalityError for a part that is not text. */
export function messagesOf(prompt: LanguageModelV4Prompt, warnings: SharedV4Warning[]): readonly ChatMessage[] {
  return prompt.flatMap((message): readonly ChatMessage[] => {
    switch (message.role) {
      case "system":
        return [{ role: "system", content: message.content }];
      case "user":
        return [{ role: "user", content: message.content.map((part) => (part.type === "text" ? part.text : textOfFile(part))).join("") }];
      case "assistant":
        return [assistantMessage(message.content, warnings)];
      default:
        return message.content.flatMap((part) => {
          if (part.type === "tool-result")
            return [{ role: "tool", name: part.toolName, tool_call_id: part.toolCallId, content: textOfOutput(part.output) }];
          warnings.push({ type: "unsupported", feature: "tool-approval-response", details: "No tool is executed by this provider." });
          return [];
        });
    }
  });
}

function assistantMessage(parts: readonly AssistantPart[], warnings: SharedV4Warning[]): ChatMessage {
  let content = "";
  let reasoning = "";
  const calls: object[] = [];
  for (const part of parts) {
    if (part.type === "text") content += part.text;
    else if (part.type === "reasoning") reasoning += part.text;
    else if (part.type === "file") content += textOfFile(part);
    else if (part.type === "tool-call")
      calls.push({ id: part.toolCallId, type: "function", function: { name: part.toolName, arguments: part.input } });
    else warnings.push({ type: "unsupported", feature: `${part.type} parts of assistant messages` });
  }
  return {
    role: "assistant",
    content,
    ...(reasoning !== "" && { reasoning_content: reasoning }),
    ...(calls.length > 0 && { tool_calls: calls }),
  };
}

function textOfOutput(output: LanguageModelV4ToolResultOutput): string {
  switch (output.type) {
    case "text":
    case "error-text":
      return output.value;
    case "json":
    case "error-json":
      return JSON.stringify(output.value);
    case "execution-denied":
      return output.reason ?? "The user denied this call.";
    default:
      return output.value.map((part) => (part.type === "text" ? part.text : part.type === "file" ? textOfFile(part) : "")).join("");
  }
}

/** Returns the text of a file. @throws UnsupportedFunctionalityError for a file that is no text, or not here. */
function textOfFile({ data, mediaType }: Pick<LanguageModelV4FilePart, "data" | "mediaType">): string {
  if (data.type === "text") return data.text;
  const isText = mediaType === "text" || mediaType.startsWith("text/") || mediaType === "application/json";
  if (data.type === "data" && isText) {
    const bytes = typeof data.data === "string" ? Uint8Array.from(atob(data.data), (character) => character.charCodeAt(0)) : data.data;
    return new TextDecoder().decode(bytes);
  }
  throw new UnsupportedFunctionalityError({
    functionality: `files of type ${mediaType}`,
    message: `A language model reads text only: leave out the file of type ${mediaType}${data.type === "data" ? "" : `, given as ${data.type}`}.`,
  });
}
