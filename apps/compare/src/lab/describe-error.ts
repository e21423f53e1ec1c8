import {
  type ContextLengthError,
  DecodekitError,
  type DecoderPlugin,
  type DrafterError,
  type InvalidOptionError,
  type MissingModelError,
  type PluginOption,
} from "@decodekit/core";
import type { ExecutionUnavailableError, PassError } from "@decodekit/core/onnx";
import { texts } from "../texts/texts.ts";
import { TraceFileError } from "../trace/trace-file.ts";
import { optionLabel, optionRange, optionValue } from "./describe-options.ts";

const t = texts.errors;

/** Returns what a visitor is told about an error: what happened, and what can be done about it. */
export function describeError(error: unknown): string {
  if (error instanceof TraceFileError) return describeFileError(error);
  if (isDecodekitError(error)) return sentences[error.code](error);
  if (error instanceof Error) return error.message || error.name;
  return String(error);
}

type Code = DecodekitError["code"];

/** Errors of another copy of the packages have the same codes. A code of a later version is not known here. */
function isDecodekitError(error: unknown): error is DecodekitError {
  return DecodekitError.isInstance(error) && Object.hasOwn(sentences, error.code);
}

const sentences: Readonly<Record<Code, (error: DecodekitError) => string>> = {
  INVALID_OPTION: (error) => describeOption(error as InvalidOptionError),
  CONTEXT_LENGTH(error) {
    const { length, contextLength } = error as ContextLengthError;
    return t.contextLength(length, contextLength);
  },
  MISSING_MODEL(error) {
    const { role } = error as MissingModelError;
    return Object.hasOwn(t.missing, role) ? t.missing[role as keyof typeof t.missing] : t.missingOther;
  },
  MODEL_LOAD: ({ message }) => t.modelLoad(message),
  MODEL_SHAPE: ({ message }) => t.modelShape(message),
  VOCABULARY_MISMATCH: () => t.vocabulary,
  EXECUTION_UNAVAILABLE: (error) => t.execution(executionIn(error as ExecutionUnavailableError)),
  PASS: (error) => t.pass(executionIn(error as PassError)),
  DEVICE_LOST: () => t.deviceLost,
  INVALID_LOGITS: () => t.logits,
  DRAFTER: (error) => t.drafter((error as DrafterError).drafter),
  CHAT_TEMPLATE: ({ message }) => t.chatTemplate(message),
  DISPOSED: () => t.disposed,
  WORKER: ({ message }) => message || t.worker,
  HUB: ({ message }) => message,
  REMOTE: ({ message }) => message,
  SWEEP: ({ message }) => message,
};

function executionIn({ execution }: { readonly execution: string }): string {
  return t.executions[execution] ?? execution;
}

function describeOption({ where, option, expected }: InvalidOptionError): string {
  if (option === "prompt") return t.emptyPrompt;
  if (where === "compare" && option === "decoder") return t.unknownDecoder;
  return t.option(optionLabel(where, option), expected);
}

function describeFileError({ line, path }: TraceFileError): string {
  if (line === undefined) return t.fileSize;
  return path === undefined ? t.fileLine(line) : t.fileLineAt(line, path);
}

/** Says which values an option can have. */
export function wrongValue(plugin: string, name: string, option: PluginOption): string {
  const label = optionLabel(plugin, name);
  const range = optionRange(option);
  if (range !== "") return texts.options.wrongNumber(label, range);
  return texts.options.wrongChoice(
    label,
    (option.choices ?? []).map((choice) => optionValue(name, choice)),
  );
}

/** Says what is wrong with the options of a decoder, and with which of them, if it is one of the plugin's. */
export function describeOptionError(
  error: unknown,
  { name, options }: DecoderPlugin,
): { readonly option: string | undefined; readonly text: string } {
  if (!DecodekitError.isInstance(error) || error.code !== "INVALID_OPTION") return { option: undefined, text: describeError(error) };
  const { option, expected } = error as InvalidOptionError;
  return Object.hasOwn(options, option)
    ? { option, text: t.option(optionLabel(name, option), expected) }
    : { option: undefined, text: describeError(error) };
}
