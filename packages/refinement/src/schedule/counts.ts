import { type PluginOption, resolveOptions } from "@decodekit/core";
import type { NoOptions } from "../select/orders.ts";
import type { Schedule } from "./schedule.ts";

/**
 * Commits the same number in every step, and one more in the first steps if there is a remainder: LLaDA's `get_num_transfer_tokens`.
 * @throws InvalidOptionError for any option.
 */
export function fixed(options: NoOptions = {}): Schedule {
  resolveOptions<object, object>("fixed", options, {});
  return { name: "fixed", count: ({ step, steps, initial }) => transferCount(initial, steps, step) };
}

/** Positions to commit in step `step` of `steps` if `open` are open at first: floor(open / steps), one more in the first open mod steps. */
export function transferCount(open: number, steps: number, step: number): number {
  return Math.floor(open / steps) + (step < open % steps ? 1 : 0);
}

/**
 * Commits at least one position in every step, so that the selection's own rule decides.
 * @throws InvalidOptionError for any option.
 */
export function adaptive(options: NoOptions = {}): Schedule {
  resolveOptions<object, object>("adaptive", options, {});
  return { name: "adaptive", count: () => 1 };
}

/**
 * Commits all positions in every step, for revisions that open positions again.
 * @throws InvalidOptionError for any option.
 */
export function allAtOnce(options: NoOptions = {}): Schedule {
  resolveOptions<object, object>("allAtOnce", options, {});
  return { name: "all-at-once", count: ({ open }) => open };
}

/**
 * Commits exactly one position per step. With `randomOrder` this is the first-hitting sampler (Zheng et al. 2024, arXiv 2409.02908):
 * masked diffusion in continuous time without discretisation error. The times themselves, t ← t u^(1/open), are not drawn, since models
 * here do not take the time as input. Requires as many steps as there are positions, which is the default.
 * @throws InvalidOptionError for any option.
 */
export function firstHitting(options: NoOptions = {}): Schedule {
  resolveOptions<object, object>("firstHitting", options, {});
  return { name: "first-hitting", count: () => 1 };
}

export interface LinearOptions {
  /** Time at which the grid ends, in [0, 1). @defaultValue 0.001 */
  readonly epsilon?: number | undefined;
}

export interface AncestralOptions {
  /** Time at which the grid ends, in [0, 1). @defaultValue 1e-5 */
  readonly epsilon?: number | undefined;
}

const EPSILON = {
  type: "number",
  help: "Time at which the grid ends",
  minimum: 0,
  maximum: 1,
  exclusiveMaximum: true,
} as const satisfies PluginOption;

/**
 * Commits floor(open (1 - s / t)) positions, where t and s are neighbours on the grid of `steps` + 1 times from 1 to `epsilon`: Dream's
 * schedule. Because of the floor, early steps may commit none and the last one many.
 * @throws InvalidOptionError for an unknown or invalid option.
 */
export function linear(options: LinearOptions = {}): Schedule {
  const { epsilon } = resolveOptions("linear", options, { epsilon: { ...EPSILON, default: 0.001 } });
  return { name: "linear", count: ({ step, steps, open }) => Math.floor(open * commitRate(step, steps, epsilon)) };
}

/** 1 - s / t for t and s at indices `step` and `step` + 1 of the grid of `steps` + 1 times from 1 to `epsilon`. */
export function commitRate(step: number, steps: number, epsilon: number): number {
  const time = (place: number): number => 1 + (place * (epsilon - 1)) / steps;
  return 1 - time(step + 1) / time(step);
}

/**
 * Leaves floor(initial cos(π/2 · (step + 1) / steps)) positions open, at least 1 and fewer than before; a single open position waits for
 * the last step. Commits few positions at first and many once much is known (Chang et al. 2022, "MaskGIT").
 * @throws InvalidOptionError for any option.
 */
export function cosine(options: NoOptions = {}): Schedule {
  resolveOptions<object, object>("cosine", options, {});
  return {
    name: "cosine",
    count({ step, steps, open, initial }) {
      const left = Math.floor(initial * Math.cos((Math.PI / 2) * ((step + 1) / steps)));
      return open - Math.max(1, Math.min(open - 1, left));
    },
  };
}

/**
 * Commits a random number: every open position with probability 1 - s / t, t and s as in `linear`. With `randomOrder` this
 * is the ancestral sampler of absorbing diffusion under the log-linear noise schedule (Sahoo et al. 2024, "MDLM"). The last step commits
 * all positions that are still open.
 * @throws InvalidOptionError for an unknown or invalid option.
 */
export function ancestral(options: AncestralOptions = {}): Schedule {
  const { epsilon } = resolveOptions("ancestral", options, { epsilon: { ...EPSILON, default: 1e-5 } });
  return {
    name: "ancestral",
    count: ({ step, steps, open, random }) => countSuccesses(open, commitRate(step, steps, epsilon), random),
  };
}

/** Number of successes in `trials` independent draws with `probability` in [0, 1]. */
export function countSuccesses(trials: number, probability: number, random: Parameters<Schedule["count"]>[0]["random"]): number {
  let successes = 0;
  for (let trial = 0; trial < trials; trial++) if (random.bernoulli(probability)) successes++;
  return successes;
}
