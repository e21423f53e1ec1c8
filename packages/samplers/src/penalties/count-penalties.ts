import { type LogitsProcessor, type OptionDefinitions, resolveOptions, type TokenId } from "@decodekit/core";
import { WINDOW, windowLabel, windowOf, type WindowOptions } from "./window.ts";

const PENALTY = { type: "number", help: "What is subtracted from the logit", required: true } as const;
const OPTIONS = { penalty: PENALTY, ...WINDOW } as const satisfies OptionDefinitions<WindowOptions & { readonly penalty: number }>;

/**
 * Subtracts `penalty` from the logit of every token that was seen, however often. Negative values make repetition more likely. Systems
 * differ in what counts as seen: the output in vLLM and OpenAI's API, the last 64 tokens of prompt and output in llama.cpp.
 * @throws InvalidOptionError for an unknown or invalid option.
 */
export function presencePenalty(penalty: number, options: WindowOptions = {}): LogitsProcessor {
  return countPenalty("presencePenalty", penalty, options, () => penalty);
}

/**
 * Subtracts `penalty` from the logit of a token for every time that it was seen, see `presencePenalty`.
 * @throws InvalidOptionError for an unknown or invalid option.
 */
export function frequencyPenalty(penalty: number, options: WindowOptions = {}): LogitsProcessor {
  return countPenalty("frequencyPenalty", penalty, options, (count) => count * penalty);
}

function countPenalty(
  where: "presencePenalty" | "frequencyPenalty",
  penalty: number,
  options: WindowOptions,
  penaltyOf: (count: number) => number,
): LogitsProcessor {
  const window = resolveOptions(where, { ...options, penalty }, OPTIONS);
  const process = (row: Float32Array, sequence: Parameters<LogitsProcessor>[1]): void => {
    const counts = new Map<TokenId, number>();
    for (const token of windowOf(sequence, window)) counts.set(token, (counts.get(token) ?? 0) + 1);
    for (const [token, count] of counts) row[token]! -= penaltyOf(count);
  };
  const name = where === "presencePenalty" ? "presence-penalty" : "frequency-penalty";
  return Object.assign(process, { label: `${name}(${penalty}${windowLabel(window)})` });
}
