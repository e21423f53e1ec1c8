import type { LanguageModelV4CallOptions, LanguageModelV4FunctionTool, SharedV4Warning } from "@ai-sdk/provider";
import type { ReplyFormat, ReplyRequest, Tool, ToolChoice } from "@decodekit/chat";
import type { DecodekitSettings } from "./settings.ts";
import { messagesOf } from "./messages-of.ts";
import { providerOptionsOf } from "./provider-options.ts";

/** A call as a request for a reply. `warnings` grows until the reply is made. */
export interface CallRequest {
  readonly request: ReplyRequest;
  readonly warnings: SharedV4Warning[];
}

/** Names of settings in the AI SDK, where they differ. */
const NAMES: Readonly<Record<string, string>> = { maxNewTokens: "maxOutputTokens", stopStrings: "stopSequences", format: "responseFormat" };

/**
 * Returns the request of a call; every setting of the call is in it, or a warning.
 * @throws InvalidOptionError for options of this provider that are unknown or invalid.
 * @throws UnsupportedFunctionalityError for a part of the prompt that is not text.
 */
export function requestOf(options: LanguageModelV4CallOptions, settings: DecodekitSettings): CallRequest {
  const warnings: SharedV4Warning[] = [];
  const { minP, repetitionPenalty, logitBias, variables, logProbabilities, parallelToolCalls } = providerOptionsOf(options.providerOptions);
  const { temperature, topP, topK, presencePenalty, frequencyPenalty, maxOutputTokens, stopSequences, reasoning, abortSignal } = options;
  const tools = toolsOf(options.tools, warnings);
  const chat = variables ? { ...settings.chat, variables: { ...settings.chat?.variables, ...variables } } : settings.chat;
  const request: ReplyRequest = {
    messages: messagesOf(options.prompt, warnings),
    settings: {
      temperature,
      topP,
      topK,
      minP,
      presencePenalty,
      frequencyPenalty,
      repetitionPenalty,
      logitBias,
      seed: options.seed ?? settings.nextSeed?.(),
      maxNewTokens: maxOutputTokens,
      stopStrings: stopSequences?.filter((stop) => stop !== ""),
    },
    tools,
    toolChoice: choiceOf(options.toolChoice),
    parallelToolCalls,
    toolNotation: settings.toolNotation,
    format: formatOf(options.responseFormat, warnings),
    reasoning: reasoning === "provider-default" ? undefined : reasoning,
    decoder: settings.decoder,
    signal: abortSignal,
    logProbabilities,
    chat,
    onWarning: ({ option, message }) => {
      const name = option.replace("settings.", "");
      warnings.push({ type: "unsupported", feature: NAMES[name] ?? name, details: message });
    },
  };
  return { request, warnings };
}

function toolsOf(tools: LanguageModelV4CallOptions["tools"] = [], warnings: SharedV4Warning[]): readonly Tool[] {
  for (const tool of tools) {
    if (tool.type === "provider") warnings.push({ type: "unsupported", feature: `provider-defined tool ${tool.id}` });
    else if (tool.inputExamples) warnings.push({ type: "unsupported", feature: "inputExamples", details: `of the tool ${tool.name}` });
  }
  const own = tools.filter((tool): tool is LanguageModelV4FunctionTool => tool.type === "function");
  return own.map(({ name, description, inputSchema }) => ({ name, description, parameters: inputSchema as Tool["parameters"] }));
}

function choiceOf(choice: LanguageModelV4CallOptions["toolChoice"]): ToolChoice | undefined {
  return choice?.type === "tool" ? { tool: choice.toolName } : choice?.type;
}

function formatOf(format: LanguageModelV4CallOptions["responseFormat"], warnings: SharedV4Warning[]): ReplyFormat | undefined {
  if (format?.type !== "json") return format;
  const details = "The model sees the prompt only: say there what the object is.";
  for (const name of ["name", "description"] as const)
    if (format[name] !== undefined) warnings.push({ type: "unsupported", feature: `responseFormat.${name}`, details });
  return { type: "json", schema: format.schema as Tool["parameters"] };
}
