import { InvalidOptionError } from "@decodekit/core";
import type { RefineOptions } from "../refine.ts";
import { remaskBelow } from "../revise/remask-below.ts";
import { revokeDoubted } from "../revise/revoke-doubted.ts";
import { adaptive } from "../schedule/counts.ts";
import { entropyBound, type EntropyBoundOptions } from "../select/entropy-bound.ts";
import { factor } from "../select/factor.ts";
import { hierarchical } from "../select/hierarchical.ts";
import { klStable } from "../select/kl-stable.ts";
import type { Selection } from "../select/selection.ts";
import { threshold } from "../select/threshold.ts";
import { checkNames, type PresetOptions } from "./preset-options.ts";

/** A rule that decides itself how many to commit, on blocks of 32. */
function parallel(select: Selection, { blockLength = 32, steps = blockLength, temperature = 0 }: PresetOptions): RefineOptions {
  return { select, schedule: adaptive(), blockLength, steps, temperature };
}

export interface FastDllmOptions extends PresetOptions {
  /** Confidence from which on a position is committed. Not together with `factor`. @defaultValue 0.9 */
  readonly threshold?: number | undefined;
  /** The dynamic rule in place of the threshold, see `factor`. @defaultValue none */
  readonly factor?: number | undefined;
}

/**
 * Fast-dLLM's parallel decoding (Wu et al. 2025, arXiv 2505.22618), on blocks with an exact cache as in its second version
 * (arXiv 2509.26328). Defaults: blockLength 32, temperature 0, threshold 0.9.
 * @throws InvalidOptionError for an unknown option, one out of range, or both `threshold` and `factor`.
 */
export function fastDllm(options: FastDllmOptions = {}): RefineOptions {
  checkNames("fastDllm", options, ["threshold", "factor"]);
  if (options.factor === undefined) {
    return parallel(threshold({ threshold: options.threshold, orderBy: "sampled-probability" }), options);
  }
  if (options.threshold !== undefined) {
    const expected = "left out where factor is given";
    throw new InvalidOptionError({ where: "fastDllm", option: "threshold", expected, actual: options.threshold });
  }
  return parallel(factor({ factor: options.factor, orderBy: "sampled-probability" }), options);
}

export interface EbSamplerOptions extends PresetOptions, EntropyBoundOptions {}

/**
 * The EB-Sampler (Ben-Hamu et al. 2025, arXiv 2505.24857). Defaults: blockLength 32, temperature 0, bound 0.1.
 * @throws InvalidOptionError for an unknown option or one out of range.
 */
export function ebSampler(options: EbSamplerOptions = {}): RefineOptions {
  checkNames("ebSampler", options, ["bound"]);
  return parallel(entropyBound({ bound: options.bound }), options);
}

export interface KlassOptions extends PresetOptions {
  /** Confidence from which on a stable position is committed. @defaultValue 0.9 */
  readonly threshold?: number | undefined;
  /** Nats of change from step to step below which it is stable. @defaultValue 0.01 */
  readonly bound?: number | undefined;
  /** Steps in a row that must be stable. @defaultValue 2 */
  readonly history?: number | undefined;
}

/**
 * KLASS (Kim et al. 2025, arXiv 2511.05664). Defaults: blockLength 32, temperature 0.
 * @throws InvalidOptionError for an unknown option or one out of range.
 */
export function klass(options: KlassOptions = {}): RefineOptions {
  checkNames("klass", options, ["threshold", "bound", "history"]);
  const { threshold: least, bound, history } = options;
  return parallel(klStable({ threshold: least, bound, history, orderBy: "sampled-probability" }), options);
}

export interface HierarchyOptions extends PresetOptions {
  /** Confidence from which on a position is committed in any case. @defaultValue 0.9 */
  readonly threshold?: number | undefined;
  /** Confidence from which on the best of a run is committed. @defaultValue 0.4 */
  readonly lowThreshold?: number | undefined;
  /** Probability below which a committed token is taken back, fewer per step than are committed. @defaultValue none */
  readonly remaskThreshold?: number | undefined;
}

/**
 * dInfer's hierarchy decoder. Defaults: blockLength 32, temperature 0.
 * @throws InvalidOptionError for an unknown option or one out of range.
 */
export function hierarchy(options: HierarchyOptions = {}): RefineOptions {
  checkNames("hierarchy", options, ["threshold", "lowThreshold", "remaskThreshold"]);
  const { threshold: high, lowThreshold, remaskThreshold } = options;
  const revise = remaskThreshold === undefined ? undefined : remaskBelow({ threshold: remaskThreshold });
  return { ...parallel(hierarchical({ threshold: high, lowThreshold, orderBy: "sampled-probability" }), options), revise };
}

export interface WinoOptions extends PresetOptions {
  /** Confidence from which on a position is committed. @defaultValue 0.6 */
  readonly threshold?: number | undefined;
  /** Probability, without seeing it, below which a committed token is taken back. @defaultValue 0.9 */
  readonly revokeThreshold?: number | undefined;
}

/**
 * WINO (Hong et al. 2025, "Wide-In, Narrow-Out", arXiv 2507.18578): commits generously, 0.7 of the open positions at most but never
 * limited below 5 or above 20, and takes back what a shadow of the block doubts, see `revokeDoubted`. Every pass reads the block twice.
 * Defaults: blockLength 32, temperature 0, steps 2 blockLength.
 * @throws InvalidOptionError for an unknown option or one out of range.
 */
export function wino(options: WinoOptions = {}): RefineOptions {
  checkNames("wino", options, ["threshold", "revokeThreshold"]);
  const { blockLength = 32, steps = 2 * blockLength } = options;
  const most = (open: number): number => Math.min(20, Math.max(5, Math.floor(0.7 * open)));
  const select = threshold({ threshold: options.threshold ?? 0.6, orderBy: "sampled-probability", most });
  return { ...parallel(select, { ...options, steps }), revise: revokeDoubted({ threshold: options.revokeThreshold }) };
}
