import {
  checkOptions,
  greedySampler,
  integerBetween,
  InvalidOptionError,
  type LogitsProcessor,
  numberBetween,
  oneOf,
  type OptionCheck,
  type Sampler,
  softmax,
} from "@decodekit/core";
import type { Guidance } from "./guidance.ts";
import type { Sampling } from "./predictions.ts";
import type { RefineParts } from "./refine-canvas.ts";
import type { Noise, Revision } from "./revise/revision.ts";
import { fixed } from "./schedule/counts.ts";
import type { Schedule } from "./schedule/schedule.ts";
import { confidence } from "./select/ranked.ts";
import type { Selection } from "./select/selection.ts";

/** The parts of the loop and how tokens are drawn: what `refine`, `infill` and `rewrite` have in common. */
export interface FillOptions {
  /** Which open positions are committed. @defaultValue confidence() */
  readonly select?: Selection | undefined;
  /** How many at least. @defaultValue fixed() */
  readonly schedule?: Schedule | undefined;
  /** What is taken back or replaced after a step. @defaultValue none: what is committed stays */
  readonly revise?: Revision | undefined;
  /**
   * What passes read where a position is open: the mask token ("absorbing"), or any other token, drawn when the position is opened
   * ("uniform"), for models that were trained on canvases of random tokens; nothing is masked then.
   * @defaultValue the one that the revision is for, "absorbing" where it is for any
   */
  readonly noise?: Noise | undefined;
  /** Steering by predictions without the prompt. @defaultValue none */
  readonly guidance?: Guidance | undefined;
  /**
   * Divides the logits that tokens are drawn from, >= 0; 0 takes the likeliest token. With `first` and `last` it moves from
   * one to the other over the steps of a canvas: last + (first - last)(steps - step) / steps, step from 0.
   * @defaultValue 0
   */
  readonly temperature?: number | AnnealedTemperature | undefined;
  /** Draws the tokens, in place of `temperature`. */
  readonly sampler?: Sampler | undefined;
  /**
   * Whose distributions the parts look at: "model" is the row at temperature 1, as in LLaDA, "sampler" what tokens are drawn
   * from, as in Dream, which is not for temperature 0, where every token would be certain.
   * @defaultValue "model"
   */
  readonly scores?: "model" | "sampler" | undefined;
  /**
   * Edit every row first. The context of a canvas position is what stands before it, the mask token where that is unknown.
   * @defaultValue []
   */
  readonly processors?: readonly LogitsProcessor[] | undefined;
  /** Most predictions per canvas, an integer >= 1, doubled by guidance. @defaultValue one for each position to fill */
  readonly steps?: number | undefined;
}

export interface AnnealedTemperature {
  readonly first: number;
  readonly last: number;
}

/** Options with everything decided. */
export interface FillSettings extends RefineParts {
  readonly guidance: Guidance | undefined;
  readonly steps: number | undefined;
}

const temperatureCheck = numberBetween(0, Infinity);

const fillChecks: Readonly<Record<string, OptionCheck>> = {
  select: made("a selection, such as confidence()", "start"),
  schedule: made("a schedule, such as fixed()", "count"),
  revise: made("a revision, such as editAbove()", "goesOn"),
  noise: oneOf("absorbing", "uniform"),
  guidance: made("guidance, such as classifierFree({ scale: 1 })", "scale"),
  temperature: {
    expected: `${temperatureCheck.expected}, or { first, last }`,
    accepts: (value) => temperatureCheck.accepts(value) || isAnnealed(value),
  },
  sampler: made("a sampler", "distribution"),
  scores: oneOf("model", "sampler"),
  processors: {
    expected: "an array of functions",
    accepts: (value) => Array.isArray(value) && value.every((each) => typeof each === "function"),
  },
  steps: integerBetween(1),
};

/** Options of a decoder besides those of `FillOptions`. */
export interface OwnOptions {
  readonly optional?: Readonly<Record<string, OptionCheck>>;
  readonly required?: Readonly<Record<string, OptionCheck>>;
  /** Those of `FillOptions` that it does not take. */
  readonly without?: readonly (keyof FillOptions)[];
}

/**
 * Checks the options of `where` and fills in defaults.
 * @throws InvalidOptionError for an unknown or missing option, one out of range, or one without effect.
 */
export function fillSettings(where: string, options: FillOptions, own: OwnOptions): FillSettings {
  const { optional = {}, required = {}, without = [] } = own;
  const shared = Object.entries(fillChecks).filter(([name]) => !without.includes(name as keyof FillOptions));
  checkOptions(where, options, { ...Object.fromEntries(shared), ...optional, ...required });
  for (const [option, { expected }] of Object.entries(required)) {
    if ((options as Readonly<Record<string, unknown>>)[option] === undefined)
      throw new InvalidOptionError({ where, option, expected, actual: undefined });
  }
  const { select = confidence(), schedule = fixed(), revise, guidance, temperature, sampler, scores = "model", processors = [] } = options;
  const noise = options.noise ?? revise?.noise ?? "absorbing";
  if (revise?.noise && noise !== revise.noise) {
    throw new InvalidOptionError({ where, option: "noise", expected: `"${revise.noise}" for the revision ${revise.name}`, actual: noise });
  }
  if (sampler && temperature !== undefined) {
    throw new InvalidOptionError({ where, option: "temperature", expected: "left out where a sampler is given", actual: temperature });
  }
  if (scores === "sampler" && !sampler && (temperature ?? 0) === 0) {
    throw new InvalidOptionError({ where, option: "scores", expected: '"model" at temperature 0', actual: scores });
  }
  const sampling: Sampling = { processors, scores, samplerAt: samplers(sampler ?? temperature ?? 0) };
  return { select, schedule, revise, noise, guidance, sampling, steps: options.steps };
}

function samplers(from: Sampler | number | AnnealedTemperature): Sampling["samplerAt"] {
  if (typeof from === "object" && "first" in from) return (step, steps) => temperatureSampler(annealed(from, step, steps));
  const sampler = typeof from === "number" ? temperatureSampler(from) : from;
  return () => sampler;
}

/** The temperature of step `step` of `steps`: the last one is approached, not reached. */
export function annealed({ first, last }: AnnealedTemperature, step: number, steps: number): number {
  return last + ((first - last) * (steps - step)) / steps;
}

/** Draws from the softmax of logits / `temperature`; at 0 takes the likeliest token. */
export function temperatureSampler(temperature: number): Sampler {
  if (temperature === 0) return greedySampler;
  return {
    name: "temperature",
    distribution: (row) => softmax(row, temperature),
    pick: (probabilities, random) => random.categorical(probabilities),
  };
}

function isAnnealed(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const { first, last, ...rest } = value as Partial<AnnealedTemperature>;
  return temperatureCheck.accepts(first) && temperatureCheck.accepts(last) && Object.keys(rest).length === 0;
}

/** Something that a factory has made, known by one of its members. */
function made(expected: string, member: string): OptionCheck {
  return { expected, accepts: (value) => typeof value === "object" && value !== null && member in value };
}
