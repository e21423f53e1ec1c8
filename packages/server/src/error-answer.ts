import { type ChatTemplateError, type ContextLengthError, DecodekitError, type InvalidOptionError } from "@decodekit/core";
import { ApiError } from "./api-error.ts";

/** Names of options of decodekit that are parameters of a request under another name. */
const PARAMETERS: ReadonlyMap<string, string> = new Map([
  ["maxNewTokens", "max_tokens"],
  ["stopStrings", "stop"],
  ["logProbabilities", "logprobs"],
  ["toolChoice", "tool_choice"],
  ["format", "response_format"],
]);

/** Functions whose options come from the formats and tools of a request. */
const OF_FORMATS: ReadonlySet<string> = new Set(["jsonSchema", "compileConstraint", "grammar"]);

/**
 * Returns what a client is told of an error: of what was wrong with its request, everything; of anything else, nothing but that it happened,
 * which `report` receives.
 */
export function apiErrorOf(error: unknown, report: (error: unknown) => void): ApiError {
  if (error instanceof ApiError) return error;
  if (DecodekitError.isInstance(error)) {
    const { message } = error;
    if (error.code === "INVALID_OPTION") {
      const { where, option, expected } = error as InvalidOptionError;
      const name = PARAMETERS.get(option) ?? option;
      const param = OF_FORMATS.has(where) ? "response_format" : name;
      return new ApiError(`${name} must be ${expected}.`, { param, code: "invalid_value", cause: error });
    }
    if (error.code === "CONTEXT_LENGTH") return contextLengthError((error as ContextLengthError).message, error);
    if (error.code === "MISSING_MODEL") return new ApiError(message, { param: "decoder", code: "decoder_not_available", cause: error });
    if (error.code === "CHAT_TEMPLATE") {
      // Without the place of the template's file.
      const problem = message.replace(`${(error as ChatTemplateError).source}: `, "");
      return new ApiError(problem, { param: "messages", code: "invalid_value", cause: error });
    }
    if (error.code === "VOCABULARY_MISMATCH") return new ApiError(message, { code: "invalid_value", cause: error });
  }
  report(error);
  return new ApiError("The server failed to answer this request.", {
    status: 500,
    type: "server_error",
    code: "internal_error",
    cause: error,
  });
}

/** A prompt and an answer that do not fit into the model. */
export function contextLengthError(message: string, cause?: unknown): ApiError {
  return new ApiError(message, { code: "context_length_exceeded", cause });
}
