import { resolveOptions } from "@decodekit/core";
import type { Schedule } from "../schedule/schedule.ts";
import type { NoOptions } from "../select/orders.ts";
import type { Changes, RevisedStep, Revision } from "./revision.ts";

/** Both halves of the reverse process: the schedule commits nothing itself and leaves all changes to the revision. */
export interface UniformDiffusion {
  readonly schedule: Schedule;
  readonly revise: Revision;
}

/**
 * Returns the schedule and the revision of uniform diffusion (Austin et al. 2021, "Structured Denoising Diffusion Models in Discrete
 * State-Spaces", arXiv 2107.03006), for `randomOrder` and `noise: "uniform"`. Every step draws each position from the posterior with less
 * noise, given its current token and its candidate; see `uniformRoutes`. After step n of N a share n / N is not noise. The last step
 * commits all candidates. Any token can change in any step.
 * @throws InvalidOptionError for any option.
 */
export function uniformPosterior(options: NoOptions = {}): UniformDiffusion {
  resolveOptions<object, object>("uniformPosterior", options, {});
  const name = "uniform-posterior";
  return {
    schedule: { name, count: () => 0 },
    revise: { name, needsPredictions: false, noise: "uniform", start: () => takeRoutes, shouldContinue: () => false },
  };
}

function takeRoutes({ step, steps, open, seen, predictions, random }: RevisedStep): Changes {
  const replace: number[] = [];
  const remask: number[] = [];
  for (const position of open) {
    const tokens = predictions.probabilities(position).length - 1;
    const agrees = predictions.candidate(position) === seen[position];
    const { clean, stay, noise } = uniformRoutes({ step, steps, tokens, agrees });
    const route = random.fork(position).categorical([clean, stay, noise]);
    if (route === 0) replace.push(position);
    if (route === 2) remask.push(position);
  }
  return { replace, remask, reconsider: replace };
}

/** Probabilities of the possible outcomes at a position; they sum to 1. */
export interface UniformRoutes {
  /** The position receives its candidate. */
  readonly clean: number;
  /** The position keeps its current token. */
  readonly stay: number;
  /** The position receives a uniformly random token. */
  readonly noise: number;
}

/**
 * Bayes' rule for x_s given x_t and the candidate x_0, where a share α of the tokens is not noise, α_t = step / steps and
 * α_s = (step + 1) / steps: q(x_s | x_t, x_0) ∝ q(x_t | x_s) q(x_s | x_0). Each factor is a weight on one token plus a uniform one over
 * all `tokens`. `clean` is the product with x_0's weight, `stay` the one with only x_t's, `noise` the one with neither.
 * `agrees`: whether x_t is x_0.
 */
export function uniformRoutes(step: {
  readonly step: number;
  readonly steps: number;
  readonly tokens: number;
  readonly agrees: boolean;
}): UniformRoutes {
  const now = step.step / step.steps;
  const next = (step.step + 1) / step.steps;
  const kept = now / next;
  const clean = step.agrees ? kept * next + ((1 - kept) * next) / step.tokens : ((1 - kept) * next) / step.tokens;
  const stay = (kept * (1 - next)) / step.tokens;
  const noise = ((1 - kept) * (1 - next)) / step.tokens;
  const total = clean + stay + noise;
  return { clean: clean / total, stay: stay / total, noise: noise / total };
}
