import { checkOptions, numberBetween } from "@decodekit/core";
import type { NoOptions } from "../select/orders.ts";
import type { Schedule } from "./schedule.ts";

/**
 * The same number in every step, the first steps one more where it does not come out even: LLaDA's `get_num_transfer_tokens`.
 * @throws InvalidOptionError for any option.
 */
export function fixed(options: NoOptions = {}): Schedule {
  checkOptions("fixed", options, {});
  return { name: "fixed", count: ({ step, steps, initial }) => transferCount(initial, steps, step) };
}

/** Positions to commit in step `step` of `steps` when `open` are open at first: floor(open / steps), one more in the first open mod steps. */
export function transferCount(open: number, steps: number, step: number): number {
  return Math.floor(open / steps) + (step < open % steps ? 1 : 0);
}

/**
 * At least one position in every step, so that a selection with a rule of its own decides.
 * @throws InvalidOptionError for any option.
 */
export function adaptive(options: NoOptions = {}): Schedule {
  checkOptions("adaptive", options, {});
  return { name: "adaptive", count: () => 1 };
}

/**
 * Everything in every step, for revisions that open positions again.
 * @throws InvalidOptionError for any option.
 */
export function everything(options: NoOptions = {}): Schedule {
  checkOptions("everything", options, {});
  return { name: "everything", count: ({ open }) => open };
}

/**
 * Exactly one position per step. With `randomOrder` this is the first-hitting sampler (Zheng et al. 2024, arXiv 2409.02908):
 * masked diffusion in continuous time without discretisation error. The times themselves, t ← t u^(1/open), are not drawn,
 * since no model here takes the time as input. Needs as many steps as there are positions, which is the default.
 * @throws InvalidOptionError for any option.
 */
export function firstHitting(options: NoOptions = {}): Schedule {
  checkOptions("firstHitting", options, {});
  return { name: "first-hitting", count: () => 1 };
}

export interface LinearOptions {
  /** Time at which the grid ends, in [0, 1). @defaultValue 0.001 */
  readonly epsilon?: number | undefined;
}

/**
 * floor(open (1 - s / t)) positions, t and s being neighbours on the grid of `steps` + 1 times from 1 to `epsilon`: Dream's
 * schedule. Because of the floor, early steps may commit none and the last one many.
 * @throws InvalidOptionError for an unknown option or one out of range.
 */
export function linear(options: LinearOptions = {}): Schedule {
  checkOptions("linear", options, { epsilon: numberBetween(0, 1 - 2 ** -53) });
  const { epsilon = 0.001 } = options;
  return { name: "linear", count: ({ step, steps, open }) => Math.floor(open * commitRate(step, steps, epsilon)) };
}

/** 1 - s / t for t and s at places `step` and `step` + 1 of the grid of `steps` + 1 times from 1 to `epsilon`. */
export function commitRate(step: number, steps: number, epsilon: number): number {
  const time = (place: number): number => 1 + (place * (epsilon - 1)) / steps;
  return 1 - time(step + 1) / time(step);
}

/**
 * Leaves floor(initial cos(π/2 · (step + 1) / steps)) positions open, at least 1 and fewer than before; a single one waits for
 * the last step. Few are committed at first, many when much is known (Chang et al. 2022, "MaskGIT").
 * @throws InvalidOptionError for any option.
 */
export function cosine(options: NoOptions = {}): Schedule {
  checkOptions("cosine", options, {});
  return {
    name: "cosine",
    count({ step, steps, open, initial }) {
      const left = Math.floor(initial * Math.cos((Math.PI / 2) * ((step + 1) / steps)));
      return open - Math.max(1, Math.min(open - 1, left));
    },
  };
}

/**
 * A random number: every open position is committed with probability 1 - s / t, t and s as in `linear`. With `randomOrder` this
 * is the ancestral sampler of absorbing diffusion under the log-linear noise schedule (Sahoo et al. 2024, "MDLM"). What is still
 * open in the last step is committed then.
 * @throws InvalidOptionError for an unknown option or one out of range.
 */
export function ancestral(options: LinearOptions = {}): Schedule {
  checkOptions("ancestral", options, { epsilon: numberBetween(0, 1 - 2 ** -53) });
  const { epsilon = 1e-5 } = options;
  return {
    name: "ancestral",
    count: ({ step, steps, open, random }) => countSuccesses(open, commitRate(step, steps, epsilon), random),
  };
}

/** How many of `trials` independent draws succeed, each with `probability` in [0, 1]. */
export function countSuccesses(trials: number, probability: number, random: Parameters<Schedule["count"]>[0]["random"]): number {
  let successes = 0;
  for (let trial = 0; trial < trials; trial++) if (random.bernoulli(probability)) successes++;
  return successes;
}
