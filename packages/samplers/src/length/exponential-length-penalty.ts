import { type LogitsProcessor, type OptionDefinitions, resolveOptions, type Sequence, type TokenId } from "@decodekit/core";
import { checkWithin, LARGEST_FLOAT, TOKENS } from "../options.ts";

export interface ExponentialLengthPenaltyOptions {
  /** Number of new tokens after which stop tokens become more likely, an integer >= 0. */
  readonly start: number;
  /** How fast, > 0: above 1 texts get shorter, below 1 longer. */
  readonly factor: number;
  readonly stopTokens: readonly TokenId[];
}

const EXPONENTIAL_LENGTH_PENALTY = {
  start: { type: "integer", help: "New tokens after which stop tokens become more likely", minimum: 0, required: true },
  factor: { type: "number", help: "How fast stop tokens become more likely", minimum: 0, exclusiveMinimum: true, required: true },
  stopTokens: { ...TOKENS, required: true },
} as const satisfies OptionDefinitions<ExponentialLengthPenaltyOptions>;

/**
 * Adds |l| (factor^(n - start) - 1) to the logit l of every stop token once there are n > `start` new tokens: transformers' exponential
 * decay length penalty.
 * @throws InvalidOptionError if an option is unknown or invalid; the processor throws it for a token outside the vocabulary.
 */
export function exponentialLengthPenalty(options: ExponentialLengthPenaltyOptions): LogitsProcessor {
  const where = "exponentialLengthPenalty";
  const { start, factor, stopTokens } = resolveOptions(where, options, EXPONENTIAL_LENGTH_PENALTY);
  const process = (row: Float32Array, { tokens, promptLength }: Sequence): void => {
    checkWithin(where, stopTokens, row);
    const over = tokens.length - promptLength - start;
    if (over <= 0) return;
    for (const token of stopTokens) {
      const logit = row[token]!;
      if (logit > -Infinity) row[token] = Math.min(logit + Math.abs(logit) * (factor ** over - 1), LARGEST_FLOAT);
    }
  };
  return Object.assign(process, { label: `exponential-length-penalty(from ${start}, factor ${factor})` });
}
