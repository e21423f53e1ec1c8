import { type LogitsProcessor, type OptionDefinitions, resolveOptions } from "@decodekit/core";
import { WINDOW, windowLabel, windowOf, type WindowOptions } from "./window.ts";

interface RepetitionPenaltyOptions extends WindowOptions {
  /** What positive logits are divided by and negative ones multiplied with, > 0. Below 1 it rewards repetition. */
  readonly penalty: number;
}

const REPETITION_PENALTY = {
  penalty: { type: "number", help: "Makes tokens that were seen less likely", minimum: 0, exclusiveMinimum: true, required: true },
  ...WINDOW,
} as const satisfies OptionDefinitions<RepetitionPenaltyOptions>;

/**
 * Divides the positive logits of tokens that were seen by `penalty` and multiplies the negative ones with it, once for each token however
 * often it was seen (Keskar et al. 2019, "CTRL", arXiv 1909.05858, as transformers, vLLM and llama.cpp have it).
 * `repetitionPenalty(1 / p, { of: "prompt" })` is the encoder's repetition penalty p of transformers: it keeps an output close to the prompt.
 * @throws InvalidOptionError for an unknown or invalid option.
 */
export function repetitionPenalty(penalty: number, options: WindowOptions = {}): LogitsProcessor {
  const window = resolveOptions("repetitionPenalty", { ...options, penalty }, REPETITION_PENALTY);
  const process = (row: Float32Array, sequence: Parameters<LogitsProcessor>[1]): void => {
    for (const token of new Set(windowOf(sequence, window))) {
      const logit = row[token]!;
      row[token] = logit > 0 ? logit / penalty : logit * penalty;
    }
  };
  return Object.assign(process, { label: `repetition-penalty(${penalty}${windowLabel(window)})` });
}
