import { InvalidOptionError, type PluginOption, resolveOptions } from "@decodekit/core";
import { countSuccesses } from "../schedule/counts.ts";
import type { Schedule } from "../schedule/schedule.ts";
import { type RemdmPlan, remdmRates, type RemdmVariant } from "./remdm-rates.ts";
import type { Changes, RevisedStep, Revision } from "./revision.ts";

export interface RemaskingOptions {
  /**
   * "cap" and "rescale" remask all tokens with equal probability; "confidence" prefers tokens that were committed with low confidence;
   * "loop" remasks only while a share `alphaOn` of the canvas is known.
   * @defaultValue "cap"
   */
  readonly variant?: RemdmVariant | undefined;
  /** Strength of remasking, in (0, 1]. Not for "confidence". @defaultValue 0.008 for "cap", 0.015 for "rescale", 0.02 for "loop" */
  readonly eta?: number | undefined;
  /** For "loop": time, falling from 1 to 0, at which remasking starts, in (0, 1). @defaultValue 0.55 */
  readonly timeOn?: number | undefined;
  /** For "loop": time at which remasking ends, in (0, timeOn). @defaultValue 0.05 */
  readonly timeOff?: number | undefined;
  /** For "loop": share of the canvas that is known in between, in (0, 1). @defaultValue 0.9 */
  readonly alphaOn?: number | undefined;
}

const share = { type: "number", minimum: 0, exclusiveMinimum: true, maximum: 1, exclusiveMaximum: true } as const;
const notLoop = { variant: ["cap", "rescale", "confidence"] } as const;

export const remaskingOptions = {
  variant: {
    type: "string",
    help: "Which tokens are remasked",
    default: "cap",
    choices: ["cap", "rescale", "confidence", "loop"],
  },
  eta: {
    type: "number",
    help: "Strength of remasking; by default 0.008 for cap, 0.015 for rescale, 0.02 for loop",
    minimum: 0,
    exclusiveMinimum: true,
    maximum: 1,
    ineffectiveWith: { variant: ["confidence"] },
  },
  timeOn: { ...share, help: "Time, falling from 1 to 0, at which remasking starts", default: 0.55, ineffectiveWith: notLoop },
  timeOff: { ...share, help: "Time at which it ends, below timeOn", default: 0.05, ineffectiveWith: notLoop },
  alphaOn: { ...share, help: "Share of the canvas that is known in between", default: 0.9, ineffectiveWith: notLoop },
} as const satisfies Readonly<Record<keyof RemaskingOptions, PluginOption>>;

/** The two parts of ReMDM, to be used together: remasked tokens must be filled in later steps. */
export interface Remasking {
  readonly schedule: Schedule;
  readonly revise: Revision;
}

const etas = { cap: 0.008, rescale: 0.015, confidence: 1, loop: 0.02 } as const;
const loopOptions = ["timeOn", "timeOff", "alphaOn"] as const;

/**
 * Returns the schedule and the revision of ReMDM (Wang et al. 2025, "Remasking Discrete Diffusion Models with Inference-Time Scaling",
 * arXiv 2503.00307), for `randomOrder`. Requires more steps than a plain schedule to pay off. Rates: see `remdmRates`.
 * @throws InvalidOptionError for an unknown or invalid option, or one without effect for the variant.
 */
export function remasking(options: RemaskingOptions = {}): Remasking {
  const plan = planOf(options);
  const schedule: Schedule = {
    name: `remdm-${plan.variant}`,
    count: ({ step, steps, open, random }) => countSuccesses(open, remdmRates(plan, step, steps).commit, random),
  };
  const revise: Revision = {
    name: `remdm-${plan.variant}`,
    needsPredictions: false,
    start: () => (step) => remask(step, plan),
    shouldContinue: () => true,
  };
  return { schedule, revise };
}

/** Draws for every token from before the step whether it is remasked. */
function remask(step: RevisedStep, plan: RemdmPlan): Changes {
  const { filled, confidence, random } = step;
  const rate = remdmRates(plan, step.step, step.steps).remask;
  if (rate === 0 || filled.length === 0) return {};
  const weights = filled.map((position) => Math.exp(-confidence[position]!));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const rateOf = (index: number): number => (plan.variant === "confidence" ? (rate * weights[index]!) / total : rate);
  return { remask: filled.filter((position, index) => random.fork(position).bernoulli(rateOf(index))) };
}

function planOf(options: RemaskingOptions): RemdmPlan {
  const where = "remasking";
  const { variant, timeOn, timeOff, alphaOn } = resolveOptions(where, options, remaskingOptions);
  const ineffective = variant === "loop" ? [] : variant === "confidence" ? (["eta", ...loopOptions] as const) : loopOptions;
  for (const option of ineffective) {
    if (options[option] === undefined) continue;
    throw new InvalidOptionError({ where, option, expected: `left out for the variant "${variant}"`, actual: options[option] });
  }
  if (timeOff >= timeOn)
    throw new InvalidOptionError({ where, option: "timeOff", expected: `a number in (0, ${timeOn})`, actual: timeOff });
  return { variant, eta: options.eta ?? etas[variant], timeOn, timeOff, alphaOn };
}
