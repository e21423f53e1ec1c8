import { checkTokens } from "@decodekit/core";
import { ApiError } from "../api-error.ts";
import { contextLengthError } from "../error-answer.ts";
import type { Limits } from "../limits.ts";
import type { ServedModel } from "../served-models.ts";
import type { CompletionPrompt } from "./completion-request.ts";

/**
 * Returns the tokens of each prompt of a completion.
 * @throws ApiError for an empty prompt, or a token that the model does not have.
 */
export function promptsOf(model: ServedModel, prompt: CompletionPrompt, limits: Limits): readonly Int32Array[] {
  const { tokenizer, causal } = model;
  const isList = typeof prompt !== "string" && typeof prompt[0] !== "number";
  const prompts = (isList ? prompt : [prompt]) as readonly (string | readonly number[])[];
  return prompts.map((each, index) => {
    if (typeof each === "string") checkCharacters(model, [each], limits);
    const param = isList ? `prompt[${index}]` : "prompt";
    const tokens = typeof each === "string" ? tokenizer.encode(each) : each;
    if (tokens.length === 0) throw new ApiError(`${param} must have at least one token.`, { param: "prompt", code: "invalid_value" });
    checkTokens("completions", param, tokens, causal.vocabSize);
    return Int32Array.from(tokens);
  });
}

/**
 * Checks that a prompt of `length` tokens, and the tokens that are `wanted` after it, fit into the model.
 * @throws ApiError context_length_exceeded
 */
export function checkRoom(
  { causal: { contextLength } }: ServedModel,
  length: number,
  { wanted, limits }: { readonly wanted: number | undefined; readonly limits: Limits },
): void {
  const longest = Math.min(limits.maxPromptTokens ?? contextLength, contextLength);
  if (length > longest) throw contextLengthError(`The prompt has ${length} tokens. This server takes at most ${longest}: shorten it.`);
  if (wanted === undefined || length + wanted <= contextLength) return;
  const asked = `${length} tokens of the prompt and ${wanted} of the answer are ${length + wanted}`;
  throw contextLengthError(`The model's context length is ${contextLength} tokens, but ${asked}. Shorten the prompt, or ask for fewer.`);
}

/**
 * Checks the length of texts that are to become a prompt.
 * @throws ApiError context_length_exceeded
 */
export function checkCharacters({ causal: { contextLength } }: ServedModel, texts: readonly string[], limits: Limits): void {
  const { maxPromptTokens = contextLength, maxPromptCharacters = CHARACTERS_PER_TOKEN * Math.min(maxPromptTokens, contextLength) } = limits;
  const characters = texts.reduce((total, text) => total + text.length, 0);
  if (characters <= maxPromptCharacters) return;
  throw contextLengthError(`The prompt has ${characters} characters. This server takes at most ${maxPromptCharacters}: shorten it.`);
}

/** Far more than texts have on average. */
const CHARACTERS_PER_TOKEN = 16;

/** Returns the seed of text `index` of a request whose first text has `seed`, any integer. */
export function seedOf(seed: number, index: number): number {
  const SEEDS = 2 ** 53;
  // Sums beyond 2^53 would not be exact.
  const first = seed < 0 ? seed + SEEDS : seed;
  const room = SEEDS - first;
  return index < room ? first + index : index - room;
}

/** Returns a seed for a request without one: any integer in [0, 2^32). */
export function freshSeed(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0]!;
}

/** Returns the stop strings of a request as a list. */
export function stopsOf(stop: string | readonly string[] | undefined): readonly string[] {
  return typeof stop === "string" ? [stop] : (stop ?? []);
}
