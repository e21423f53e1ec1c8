import { type LogitsProcessor, objectOption, type OptionDefinitions, resolveOptions, type TokenId } from "@decodekit/core";
import { BIASES, logitBias, type TokenBiases } from "../biases/logit-bias.ts";
import { type Chain, chain } from "../chain/chain.ts";
import { mirostat, mirostat1 } from "../mirostat/mirostat.ts";
import { SEQUENCES } from "../options.ts";
import { frequencyPenalty, presencePenalty } from "../penalties/count-penalties.ts";
import { dry } from "../penalties/dry.ts";
import { repetitionPenalty } from "../penalties/repetition-penalty.ts";
import { dynamicTemperature } from "../processors/dynamic-temperature.ts";
import { minP } from "../processors/min-p.ts";
import { temperature } from "../processors/temperature.ts";
import { topK } from "../processors/top-k.ts";
import { topNSigma } from "../processors/top-n-sigma.ts";
import { topP } from "../processors/top-p.ts";
import { typical } from "../processors/typical.ts";
import { xtc } from "../processors/xtc.ts";
import { ANY_INTEGER, ANY_NUMBER, PENALTY } from "./preset-options.ts";

/** The samplers of llama.cpp that can be reordered, in its default order. */
const ORDER = ["penalties", "dry", "top_n_sigma", "top_k", "typ_p", "top_p", "min_p", "xtc", "temperature"] as const;

export type LlamaCppSampler = (typeof ORDER)[number];

/**
 * Options of llama.cpp's server, with its names, meanings and defaults. A value that switches an option off there does so here; where the
 * list below names none, a value out of range is an error.
 */
export interface LlamaCppOptions {
  /** <= 0 keeps the most likely token. @defaultValue 0.8 */
  readonly temperature?: number | undefined;
  /** @defaultValue 0 */
  readonly dynatemp_range?: number | undefined;
  /** @defaultValue 1 */
  readonly dynatemp_exponent?: number | undefined;
  /** <= 0 is off. @defaultValue 40 */
  readonly top_k?: number | undefined;
  /** >= 1 is off. @defaultValue 0.95 */
  readonly top_p?: number | undefined;
  /** <= 0 is off. @defaultValue 0.05 */
  readonly min_p?: number | undefined;
  /** >= 1 is off. @defaultValue 1 */
  readonly typical_p?: number | undefined;
  /** <= 0 is off. @defaultValue -1 */
  readonly top_n_sigma?: number | undefined;
  /** <= 0 is off. @defaultValue 0 */
  readonly xtc_probability?: number | undefined;
  /** > 0.5 is off. @defaultValue 0.1 */
  readonly xtc_threshold?: number | undefined;
  /** @defaultValue 1 */
  readonly repeat_penalty?: number | undefined;
  /** Tokens of prompt and output that the penalties count; 0 is off, -1 all. @defaultValue 64 */
  readonly repeat_last_n?: number | undefined;
  /** @defaultValue 0 */
  readonly presence_penalty?: number | undefined;
  /** @defaultValue 0 */
  readonly frequency_penalty?: number | undefined;
  /** @defaultValue 0 */
  readonly dry_multiplier?: number | undefined;
  /** @defaultValue 1.75 */
  readonly dry_base?: number | undefined;
  /** @defaultValue 2 */
  readonly dry_allowed_length?: number | undefined;
  /** 0 is off, -1 all. @defaultValue -1 */
  readonly dry_penalty_last_n?: number | undefined;
  /** Sequences of tokens, where llama.cpp has strings: a chain knows no text. @defaultValue [] */
  readonly dry_sequence_breakers?: readonly (readonly TokenId[])[] | undefined;
  /** 0 is off; 1 and 2 replace all samplers but temperature. @defaultValue 0 */
  readonly mirostat?: number | undefined;
  /** @defaultValue 5 */
  readonly mirostat_tau?: number | undefined;
  /** @defaultValue 0.1 */
  readonly mirostat_eta?: number | undefined;
  /** Fewest tokens that top_p, min_p, typical_p and XTC keep. @defaultValue 0 */
  readonly min_keep?: number | undefined;
  readonly logit_bias?: TokenBiases | undefined;
  /** Which samplers are applied, in which order. @defaultValue all, in the order of `LlamaCppSampler` */
  readonly samplers?: readonly LlamaCppSampler[] | undefined;
}

export const LLAMA_CPP_OPTIONS = {
  temperature: { ...ANY_NUMBER, help: "Divides the logits, last of all; 0 is greedy", default: 0.8 },
  dynatemp_range: { type: "number", help: "How far the temperature moves with the entropy", default: 0, minimum: 0 },
  dynatemp_exponent: { type: "number", help: "Exponent of the entropy for dynatemp_range", default: 1, minimum: 0, exclusiveMinimum: true },
  top_k: { ...ANY_INTEGER, help: "Number of most likely tokens to keep; 0 is off", default: 40 },
  top_p: { ...ANY_NUMBER, help: "Probability mass of the most likely tokens to keep", default: 0.95, minimum: 0 },
  min_p: { ...ANY_NUMBER, help: "Share of the largest probability that a token must have", default: 0.05 },
  typical_p: { ...ANY_NUMBER, help: "Probability mass of the most typical tokens to keep", default: 1, minimum: 0, exclusiveMinimum: true },
  top_n_sigma: { ...ANY_NUMBER, help: "Standard deviations below the largest logit that a token may be; -1 is off", default: -1 },
  xtc_probability: { ...ANY_NUMBER, help: "Chance that the top choices are dropped", default: 0, maximum: 1 },
  xtc_threshold: {
    ...ANY_NUMBER,
    help: "Probability from which on a token is a top choice",
    default: 0.1,
    minimum: 0,
    exclusiveMinimum: true,
  },
  repeat_penalty: { ...PENALTY, help: "Makes tokens that were seen less likely", default: 1 },
  repeat_last_n: { type: "integer", help: "Tokens that the penalties count; -1 is all", default: 64, minimum: -1 },
  presence_penalty: { ...ANY_NUMBER, help: "Subtracted from the logits of tokens that were seen", default: 0 },
  frequency_penalty: { ...ANY_NUMBER, help: "Subtracted from the logits of tokens for each time they were seen", default: 0 },
  dry_multiplier: { type: "number", help: "Penalty of the shortest repeat; 0 is off", default: 0, minimum: 0 },
  dry_base: { type: "number", help: "What each further token multiplies dry_multiplier by", default: 1.75, minimum: 1 },
  dry_allowed_length: { type: "integer", help: "Length of the shortest repeat that is penalised", default: 2, minimum: 1 },
  dry_penalty_last_n: { type: "integer", help: "Tokens that are searched for repeats; -1 is all", default: -1, minimum: -1 },
  dry_sequence_breakers: SEQUENCES,
  mirostat: {
    type: "integer",
    help: "Version of mirostat, which replaces all samplers but temperature; 0 is off",
    default: 0,
    minimum: 0,
    maximum: 2,
  },
  mirostat_tau: { type: "number", help: "Surprise to aim at, in bits per token", default: 5, minimum: 0, exclusiveMinimum: true },
  mirostat_eta: { type: "number", help: "How fast mirostat follows", default: 0.1, minimum: 0, exclusiveMinimum: true, maximum: 1 },
  min_keep: { type: "integer", help: "Fewest tokens that top_p, min_p, typical_p and XTC keep", default: 0, minimum: 0 },
  logit_bias: BIASES,
  samplers: objectOption(`an array of ${ORDER.map((name) => `"${name}"`).join(", ")}`, (value) => {
    return Array.isArray(value) && value.every((name) => ORDER.includes(name as LlamaCppSampler));
  }),
} as const satisfies OptionDefinitions<LlamaCppOptions>;

/**
 * Returns the chain of llama.cpp: biases, penalties, DRY, top-n-sigma, top-k, typical, top-p, min-p, XTC, and temperature last, so that what
 * is cut off does not depend on it. With `mirostat` only biases, temperature (not dynamic) and mirostat are applied.
 * @throws InvalidOptionError for an option that llama.cpp does not have, or a value that it refuses.
 */
export function llamaCpp(options: LlamaCppOptions = {}): Chain {
  const o = resolveOptions("llamaCpp", options, LLAMA_CPP_OPTIONS);
  const minKeep = Math.max(1, o.min_keep);
  const lastN = o.repeat_last_n < 0 ? undefined : o.repeat_last_n;
  const heat = o.dynatemp_range > 0 ? dynamicTemperature(dynamic(o)) : temperature(Math.max(0, o.temperature));
  const steps: Readonly<Record<LlamaCppSampler, readonly (LogitsProcessor | false)[]>> = {
    penalties: [
      o.repeat_penalty !== 1 && repetitionPenalty(o.repeat_penalty, { lastN }),
      o.frequency_penalty !== 0 && frequencyPenalty(o.frequency_penalty, { lastN }),
      o.presence_penalty !== 0 && presencePenalty(o.presence_penalty, { lastN }),
    ],
    dry: [
      o.dry_multiplier > 0 &&
        dry({
          multiplier: o.dry_multiplier,
          base: o.dry_base,
          allowedLength: o.dry_allowed_length,
          lastN: o.dry_penalty_last_n < 0 ? undefined : o.dry_penalty_last_n,
          breakers: o.dry_sequence_breakers ?? [],
        }),
    ],
    top_n_sigma: [o.top_n_sigma > 0 && topNSigma(o.top_n_sigma)],
    top_k: [o.top_k > 0 && topK(o.top_k)],
    typ_p: [o.typical_p < 1 && typical(o.typical_p, { minKeep })],
    // 0 keeps the most likely tokens there.
    top_p: [o.top_p < 1 && (o.top_p === 0 ? topK(minKeep) : topP(o.top_p, { minKeep }))],
    min_p: [o.min_p > 0 && minP(Math.min(o.min_p, 1), { minKeep })],
    xtc: [o.xtc_probability > 0 && o.xtc_threshold <= 0.5 && xtc({ probability: o.xtc_probability, threshold: o.xtc_threshold, minKeep })],
    temperature: [heat],
  };
  const { mirostat_tau: tau, mirostat_eta: eta } = o;
  const chosen =
    o.mirostat === 0
      ? (o.samplers ?? ORDER).flatMap((name) => steps[name])
      : [temperature(Math.max(0, o.temperature)), o.mirostat === 1 ? mirostat1({ tau, eta }) : mirostat({ tau, eta })];
  const biased = [o.logit_bias && logitBias(o.logit_bias), ...chosen];
  return chain(
    biased.filter((step) => typeof step === "function"),
    { name: "llama-cpp" },
  );
}

function dynamic(o: { readonly temperature: number; readonly dynatemp_range: number; readonly dynatemp_exponent: number }): {
  readonly temperature: number;
  readonly range: number;
  readonly exponent: number;
} {
  return { temperature: Math.max(0, o.temperature), range: o.dynatemp_range, exponent: o.dynatemp_exponent };
}
