import { InvalidOptionError, resolveOptions } from "@decodekit/core";
import type { RefineOptions } from "../refine.ts";
import { type AnnealedTemperature, temperatureOption } from "../refine-options.ts";
import { remaskBelow, remaskBelowOptions } from "../revise/remask-below.ts";
import { revokeDoubted, revokeDoubtedOptions } from "../revise/revoke-doubted.ts";
import { adaptive } from "../schedule/counts.ts";
import { entropyBound, type EntropyBoundOptions, entropyBoundOptions } from "../select/entropy-bound.ts";
import { factor, factorOptions } from "../select/factor.ts";
import { hierarchical, hierarchicalOptions } from "../select/hierarchical.ts";
import { klStable, klStableOptions } from "../select/kl-stable.ts";
import type { Selection } from "../select/selection.ts";
import { threshold, thresholdOptions } from "../select/threshold.ts";
import { presetDefinitions, type PresetOptions } from "./preset-options.ts";

const common = presetDefinitions({ blockLength: 32, temperature: 0 });

interface Resolved {
  readonly blockLength: number;
  readonly steps: number | undefined;
  readonly temperature: number | AnnealedTemperature | undefined;
}

/** Options with a selection that decides itself how many positions a step commits. */
function parallel(select: Selection, { blockLength, steps = blockLength, temperature = 0 }: Resolved): RefineOptions {
  return { select, schedule: adaptive(), blockLength, steps, temperature };
}

export interface FastDllmOptions extends PresetOptions {
  /** Confidence at which a position is committed. Cannot be combined with `factor`. @defaultValue 0.9 */
  readonly threshold?: number | undefined;
  /** Uses the dynamic rule instead of the threshold; see `factor`. @defaultValue none */
  readonly factor?: number | undefined;
}

const fastDllmRule = {
  threshold: { ...thresholdOptions.threshold, ineffectiveWith: { factor: "any" } },
  factor: {
    ...factorOptions.factor,
    help: "The dynamic rule in place of the threshold: (n + 1)(1 - confidence) < factor",
    default: undefined,
  },
} as const;

export const fastDllmOptions = { ...common, ...fastDllmRule };

/**
 * Fast-dLLM's parallel decoding (Wu et al. 2025, arXiv 2505.22618), on blocks with an exact cache as in its second version
 * (arXiv 2509.26328). Defaults: blockLength 32, temperature 0, threshold 0.9.
 * @throws InvalidOptionError for an unknown or invalid option, or both `threshold` and `factor`.
 */
export function fastDllm(options: FastDllmOptions = {}): RefineOptions {
  const where = "fastDllm";
  const resolved = resolveOptions(where, options, { ...fastDllmOptions, temperature: temperatureOption });
  if (options.factor === undefined) {
    return parallel(threshold({ threshold: resolved.threshold, orderBy: "sampled-probability" }), resolved);
  }
  if (options.threshold !== undefined) {
    throw new InvalidOptionError({ where, option: "threshold", expected: "left out if factor is given", actual: options.threshold });
  }
  return parallel(factor({ factor: options.factor, orderBy: "sampled-probability" }), resolved);
}

export interface EbSamplerOptions extends PresetOptions, EntropyBoundOptions {}

export const ebSamplerOptions = { ...common, ...entropyBoundOptions };

/**
 * The EB-Sampler (Ben-Hamu et al. 2025, arXiv 2505.24857). Defaults: blockLength 32, temperature 0, bound 0.1.
 * @throws InvalidOptionError for an unknown or invalid option.
 */
export function ebSampler(options: EbSamplerOptions = {}): RefineOptions {
  const resolved = resolveOptions("ebSampler", options, { ...ebSamplerOptions, temperature: temperatureOption });
  return parallel(entropyBound({ bound: resolved.bound }), resolved);
}

export interface KlassOptions extends PresetOptions {
  /** Confidence at which a stable position is committed. @defaultValue 0.9 */
  readonly threshold?: number | undefined;
  /** Nats of change between steps below which a position is stable. @defaultValue 0.01 */
  readonly bound?: number | undefined;
  /** Steps in a row that must be stable. @defaultValue 2 */
  readonly history?: number | undefined;
}

const { orderBy: _, ...klassRule } = klStableOptions;

export const klassOptions = { ...common, ...klassRule };

/**
 * KLASS (Kim et al. 2025, arXiv 2511.05664). Defaults: blockLength 32, temperature 0.
 * @throws InvalidOptionError for an unknown or invalid option.
 */
export function klass(options: KlassOptions = {}): RefineOptions {
  const resolved = resolveOptions("klass", options, { ...klassOptions, temperature: temperatureOption });
  const { threshold: minConfidence, bound, history } = resolved;
  return parallel(klStable({ threshold: minConfidence, bound, history, orderBy: "sampled-probability" }), resolved);
}

export interface HierarchyOptions extends PresetOptions {
  /** Confidence at which a position is always committed. @defaultValue 0.9 */
  readonly threshold?: number | undefined;
  /** Confidence at which the best position of a run is committed. @defaultValue 0.4 */
  readonly lowThreshold?: number | undefined;
  /** Probability below which a committed token is remasked. Each step remasks fewer tokens than it commits. @defaultValue none */
  readonly remaskThreshold?: number | undefined;
}

const hierarchyRule = {
  threshold: hierarchicalOptions.threshold,
  lowThreshold: hierarchicalOptions.lowThreshold,
  remaskThreshold: { ...remaskBelowOptions.threshold, default: undefined },
} as const;

export const hierarchyOptions = { ...common, ...hierarchyRule };

/**
 * dInfer's hierarchy decoder. Defaults: blockLength 32, temperature 0.
 * @throws InvalidOptionError for an unknown or invalid option.
 */
export function hierarchy(options: HierarchyOptions = {}): RefineOptions {
  const resolved = resolveOptions("hierarchy", options, { ...hierarchyOptions, temperature: temperatureOption });
  const { threshold: high, lowThreshold, remaskThreshold } = resolved;
  const revise = remaskThreshold === undefined ? undefined : remaskBelow({ threshold: remaskThreshold });
  return { ...parallel(hierarchical({ threshold: high, lowThreshold, orderBy: "sampled-probability" }), resolved), revise };
}

export interface WinoOptions extends PresetOptions {
  /** Confidence at which a position is committed. @defaultValue 0.6 */
  readonly threshold?: number | undefined;
  /** Probability, from a row that does not see the token, below which a committed token is remasked. @defaultValue 0.9 */
  readonly revokeThreshold?: number | undefined;
}

const winoRule = {
  threshold: { ...thresholdOptions.threshold, default: 0.6 },
  revokeThreshold: revokeDoubtedOptions.threshold,
} as const;

export const winoOptions = {
  ...presetDefinitions({ blockLength: 32, temperature: 0, steps: "two per position" }),
  ...winoRule,
};

/**
 * WINO (Hong et al. 2025, "Wide-In, Narrow-Out", arXiv 2507.18578): commits generously and remasks tokens that a shadow of the block
 * doubts; see `revokeDoubted`. A step commits at most 0.7 of the open positions, a limit that is kept between 5 and 20. Every pass reads
 * the block twice. Defaults: blockLength 32, temperature 0, steps 2 blockLength.
 * @throws InvalidOptionError for an unknown or invalid option.
 */
export function wino(options: WinoOptions = {}): RefineOptions {
  const resolved = resolveOptions("wino", options, { ...winoOptions, temperature: temperatureOption });
  const { blockLength, steps = 2 * blockLength, temperature } = resolved;
  const maxCount = (open: number): number => Math.min(20, Math.max(5, Math.floor(0.7 * open)));
  const select = threshold({ threshold: resolved.threshold, orderBy: "sampled-probability", maxCount });
  return { ...parallel(select, { blockLength, steps, temperature }), revise: revokeDoubted({ threshold: resolved.revokeThreshold }) };
}
