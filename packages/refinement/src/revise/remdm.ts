import { checkOptions, InvalidOptionError, numberBetween, oneOf } from "@decodekit/core";
import { countSuccesses } from "../schedule/counts.ts";
import type { Schedule } from "../schedule/schedule.ts";
import { type RemdmPlan, remdmRates, type RemdmVariant } from "./remdm-rates.ts";
import type { Changes, RevisedStep, Revision } from "./revision.ts";

export interface RemaskingOptions {
  /**
   * "cap" and "rescale" re-mask all tokens alike, "confidence" those more that were put there with little confidence, "loop"
   * only while a share `alphaOn` of the canvas is known.
   * @defaultValue "cap"
   */
  readonly variant?: RemdmVariant | undefined;
  /** Strength of re-masking, in (0, 1]. Not for "confidence". @defaultValue 0.008 for "cap", 0.015 for "rescale", 0.02 for "loop" */
  readonly eta?: number | undefined;
  /** For "loop": time, falling from 1 to 0, at which re-masking starts, in (0, 1). @defaultValue 0.55 */
  readonly timeOn?: number | undefined;
  /** For "loop": time at which it ends, in (0, timeOn). @defaultValue 0.05 */
  readonly timeOff?: number | undefined;
  /** For "loop": share of the canvas that is known in between, in (0, 1). @defaultValue 0.9 */
  readonly alphaOn?: number | undefined;
}

/** ReMDM takes both: what is re-masked must come back in later steps. */
export interface Remasking {
  readonly schedule: Schedule;
  readonly revise: Revision;
}

const etas = { cap: 0.008, rescale: 0.015, confidence: 1, loop: 0.02 } as const;
const loopOptions = ["timeOn", "timeOff", "alphaOn"] as const;

/**
 * The schedule and the revision of ReMDM (Wang et al. 2025, "Remasking Discrete Diffusion Models with Inference-Time Scaling",
 * arXiv 2503.00307), for `randomOrder`. Needs more steps than a plain schedule to pay. Rates: see `remdmRates`.
 * @throws InvalidOptionError for an unknown option, one out of range, or one that the variant has no use for.
 */
export function remasking(options: RemaskingOptions = {}): Remasking {
  const plan = planOf(options);
  const schedule: Schedule = {
    name: `remdm-${plan.variant}`,
    count: ({ step, steps, open, random }) => countSuccesses(open, remdmRates(plan, step, steps).commit, random),
  };
  const revise: Revision = {
    name: `remdm-${plan.variant}`,
    readsPredictions: false,
    start: () => (step) => remask(step, plan),
    goesOn: () => true,
  };
  return { schedule, revise };
}

/** Draws for every token that was there before the step whether it is taken back. */
function remask(step: RevisedStep, plan: RemdmPlan): Changes {
  const { filled, confidence, random } = step;
  const rate = remdmRates(plan, step.step, step.steps).remask;
  if (rate === 0 || filled.length === 0) return {};
  const weights = filled.map((position) => Math.exp(-confidence[position]!));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const rateOf = (index: number): number => (plan.variant === "confidence" ? (rate * weights[index]!) / total : rate);
  return { reopen: filled.filter((position, index) => random.fork(position).bernoulli(rateOf(index))) };
}

function planOf(options: RemaskingOptions): RemdmPlan {
  const where = "remasking";
  const share = numberBetween(0, 1 - 2 ** -53, { exclusiveMinimum: true });
  checkOptions(where, options, {
    variant: oneOf("cap", "rescale", "confidence", "loop"),
    eta: numberBetween(0, 1, { exclusiveMinimum: true }),
    timeOn: share,
    timeOff: share,
    alphaOn: share,
  });
  const { variant = "cap", timeOn = 0.55, timeOff = 0.05, alphaOn = 0.9 } = options;
  const useless = variant === "loop" ? [] : variant === "confidence" ? (["eta", ...loopOptions] as const) : loopOptions;
  for (const option of useless) {
    if (options[option] === undefined) continue;
    throw new InvalidOptionError({ where, option, expected: `left out for the variant "${variant}"`, actual: options[option] });
  }
  if (timeOff >= timeOn)
    throw new InvalidOptionError({ where, option: "timeOff", expected: `a number in (0, ${timeOn})`, actual: timeOff });
  return { variant, eta: options.eta ?? etas[variant], timeOn, timeOff, alphaOn };
}
