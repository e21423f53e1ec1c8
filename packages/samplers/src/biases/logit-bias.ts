import { type LogitsProcessor, objectOption, resolveOptions, type TokenId } from "@decodekit/core";
import { checkWithin, TOKEN } from "../options.ts";

/** What is added to the logit of each token, by its id: a Map, or an object whose keys are ids. */
export type TokenBiases = ReadonlyMap<TokenId, number> | Readonly<Record<number, number>>;

/** Biases of tokens. */
export const BIASES = objectOption("a Map or an object of numbers by token id", (value) => {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  return biasesOf(value as TokenBiases).every(([token, bias]) => TOKEN.accepts(token) && typeof bias === "number" && bias < Infinity);
});

/**
 * Adds a number to the logits of some tokens; -Infinity forbids a token.
 * @throws InvalidOptionError if `biases` is invalid; the processor throws it for a token outside the vocabulary.
 */
export function logitBias(biases: TokenBiases): LogitsProcessor {
  const where = "logitBias";
  resolveOptions(where, { biases }, { biases: { ...BIASES, required: true } });
  const entries = biasesOf(biases);
  const tokens = entries.map(([token]) => token);
  const process = (row: Float32Array): void => {
    checkWithin(where, tokens, row);
    for (const [token, bias] of entries) row[token]! += bias;
  };
  return Object.assign(process, { label: `logit-bias(${entries.length} tokens)` });
}

/** Returns the pairs of a token and its bias. */
export function biasesOf(biases: TokenBiases): readonly (readonly [TokenId, number])[] {
  if (biases instanceof Map) return [...(biases as ReadonlyMap<TokenId, number>)];
  return Object.entries(biases).map(([token, bias]) => [Number(token), bias as number]);
}
