import * as v from "valibot";
import type { Limits } from "../limits.ts";
import { commonParameters, flag, integer, optional } from "./parameters.ts";

/** A text, tokens, or several of either. */
export type CompletionPrompt = string | readonly string[] | readonly number[] | readonly (readonly number[])[];

const isTokens = (value: unknown): boolean =>
  Array.isArray(value) && value.length > 0 && value.every((token) => Number.isInteger(token) && (token as number) >= 0);

function promptOf({ maxChoices }: Limits): v.GenericSchema<CompletionPrompt> {
  const isList = (value: unknown, accepts: (item: unknown) => boolean): boolean =>
    Array.isArray(value) && value.length > 0 && value.length <= maxChoices && value.every(accepts);
  return v.custom(
    (value) => typeof value === "string" || isTokens(value) || isList(value, (item) => typeof item === "string") || isList(value, isTokens),
    `a string, an array of token ids, or an array of at most ${maxChoices} of either`,
  );
}

/** The parameters of `POST /v1/completions`. */
export function completionRequest(limits: Limits) {
  return v.strictObject({
    ...commonParameters(limits),
    prompt: promptOf(limits),
    max_tokens: optional(integer(0, limits.maxNewTokens)),
    echo: optional(flag),
    logprobs: optional(integer(0, 20)),
    best_of: optional(integer(1, limits.maxChoices)),
    /** A model that predicts the next token cannot see what follows; an empty suffix is none. */
    suffix: optional(v.literal("", 'left out, since this server does not fill gaps ("decodekit infill" does)')),
    /** Accepted by some clients, which send it as null. */
    response_format: optional(v.strictObject({ type: v.literal("text", '"text", since only chats have formats') }, "an object")),
  });
}

export type CompletionRequest = v.InferOutput<ReturnType<typeof completionRequest>>;
