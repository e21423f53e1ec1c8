import { generate, InvalidOptionError, type LanguageModel, logWarning, resolveOptions, type WarningHandler } from "@decodekit/core";
import { holdOutput } from "./constraint/hold-output.ts";
import { decoderOf } from "./decoder-of.ts";
import { countReused } from "./output/count-reused.ts";
import { type MarkedTokenizer, markedTokenizer } from "./output/marked-tokenizer.ts";
import type { OutputMarks } from "./output/output-reader.ts";
import { idsAfter } from "./prompt/calls-of-messages.ts";
import { promptOf } from "./prompt/prompt-of.ts";
import { reasoningVariables } from "./prompt/reasoning-variables.ts";
import { type Reply, replyOf } from "./reply-of.ts";
import { REPLY_OPTIONS, type ReplyRequest } from "./reply-request.ts";
import { resolveSettings } from "./reply-settings.ts";
import type { Tool } from "./tools/tool.ts";
import { mayReason, REASONING } from "./tools/reasoning-marks.ts";
import { TOOL_NOTATIONS, type ToolNotation } from "./tools/tool-notation.ts";

const WHERE = "reply";
/** All marks that may be special tokens. */
const MARKS = [
  ...Object.values(REASONING),
  ...Object.values(TOOL_NOTATIONS).flatMap(({ opening, closing }) => (closing === undefined ? [opening] : [opening, closing])),
];

/**
 * Returns the next message of a conversation: `generate` with the model's chat template, sampling settings, tools, a format, and the output
 * read into text, reasoning and calls. Errors of the decode reject the streams and the result.
 * @throws InvalidOptionError for an option or setting that is unknown, out of range or without the tools that it needs, a schema that is not
 * supported, or a tokenizer that no constraint can follow where one is needed.
 * @throws ChatTemplateError if the model has no chat template, or it refuses the conversation.
 * @throws MissingModelError if the decoder requires a model that is missing.
 */
export function reply(model: LanguageModel, request: ReplyRequest): Reply {
  const given = resolveOptions<ReplyRequest, typeof REPLY_OPTIONS>(WHERE, request, REPLY_OPTIONS);
  const { messages, format = { type: "text" }, signal, logProbabilities, onWarning = logWarning } = given;
  const settings = resolveSettings(WHERE, given.settings ?? {}, model.generationConfig);
  const tools = toolsOf(given);
  const prompt = promptOf(model, { messages, tools, toolNotation: request.toolNotation, chat: chatOf(model, given, onWarning) });
  const marked = markedTokenizer(model.tokenizer, MARKS);
  const isReasoning = endsWithin(prompt.tokens, marked);
  const constraint = holdOutput(
    { ...model, tokenizer: marked.tokenizer },
    {
      format,
      tools: given.tools ?? [],
      choice: given.toolChoice ?? "auto",
      parallel: given.parallelToolCalls,
      notation: prompt.notation,
      reasoning: isReasoning ? "open" : mayReason(model.tokenizer) ? "possible" : "none",
      markOf: marked.markOf,
      onWarning,
    },
  );
  const processors = [...settings.processors, ...(constraint ? [constraint.processor] : [])];
  const decoder = decoderOf(given.decoder, { settings, constraint, hasProcessors: processors.length > 0, onWarning });
  const { model: counted, count } = countReused(model);
  const room = Math.max(0, ((model.causal ?? model.masked)?.contextLength ?? 0) - prompt.tokens.length);
  const { seed, stopStrings, maxNewTokens = decoder.outputLength ?? room } = settings;
  const options = { decoder, maxNewTokens, stopStrings, seed, signal, logProbabilities, onWarning };
  const isProcessed = processors.length > 0 && decoder.requires.includes("causal");
  return replyOf({
    generation: generate({ ...counted, tokenizer: marked.tokenizer }, prompt.tokens, isProcessed ? { ...options, processors } : options),
    prompt: prompt.tokens,
    tokenizer: marked.tokenizer,
    stopStrings,
    decoder: decoder.name,
    hasLogProbabilities: logProbabilities !== undefined,
    cachedTokens: count,
    reader: () => ({
      marks: marksOf(tools.length > 0 ? prompt.notation : undefined, marked),
      isReasoning,
      nextId: idsAfter(messages),
      withNames: marked.withNames,
    }),
  });
}

/** Whether a prompt, shape (n,), ends within reasoning, which some templates begin. */
function endsWithin(prompt: Int32Array, { tokenizer, markOf }: MarkedTokenizer): boolean {
  return tokenizer.decode(prompt.subarray(-8)).trimEnd().endsWith(markOf(REASONING.opening));
}

function marksOf(notation: ToolNotation | undefined, { markOf }: MarkedTokenizer): OutputMarks {
  const reasoning = { opening: markOf(REASONING.opening), closing: markOf(REASONING.closing) };
  if (!notation) return { reasoning };
  const { opening, closing, bareOpening } = notation;
  return { reasoning, calls: { opening: markOf(opening), closing: closing && markOf(closing), bareOpening } };
}

/** Returns how messages become a prompt, with the variables of the effort. Those of the caller come first. */
function chatOf(
  model: LanguageModel,
  { chat, reasoning }: Pick<ReplyRequest, "chat" | "reasoning">,
  onWarning: WarningHandler,
): ReplyRequest["chat"] {
  if (reasoning === undefined || !model.chat) return chat;
  const variables = reasoningVariables(model.chat, reasoning);
  if (variables) return { ...chat, variables: { ...variables, ...chat?.variables } };
  const message = "reasoning has no effect: the model's chat template has no variable for it.";
  onWarning({ where: WHERE, option: "reasoning", message });
  return chat;
}

/** Returns the tools that the model is told of. @throws InvalidOptionError for a choice that needs others. */
function toolsOf({ tools = [], toolChoice = "auto" }: Pick<ReplyRequest, "tools" | "toolChoice">): readonly Tool[] {
  const isKnown = typeof toolChoice !== "object" || tools.some(({ name }) => name === toolChoice.tool);
  if (!isKnown || (toolChoice === "required" && tools.length === 0)) {
    const expected = `"auto" or "none", or one of the tools (${tools.map(({ name }) => name).join(", ") || "there are none"})`;
    throw new InvalidOptionError({ where: WHERE, option: "toolChoice", expected, actual: toolChoice });
  }
  return toolChoice === "none" ? [] : tools;
}
