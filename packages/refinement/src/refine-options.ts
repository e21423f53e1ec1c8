import {
  acceptsValue,
  describeOption,
  InvalidOptionError,
  type LogitsProcessor,
  type ObjectOption,
  objectOption,
  type OptionDefinition,
  resolveOptions,
  type Sampler,
} from "@decodekit/core";
import { PROCESSORS_OPTION, SAMPLER_OPTION, temperatureSampler } from "@decodekit/core/toolkit";
import type { Guidance } from "./guidance.ts";
import type { Sampling } from "./predictions.ts";
import type { RefineParts } from "./canvas-task.ts";
import type { Noise, Revision } from "./revise/revision.ts";
import { fixed } from "./schedule/counts.ts";
import type { Schedule } from "./schedule/schedule.ts";
import { confidence } from "./select/ranked.ts";
import type { Selection } from "./select/selection.ts";

/** The parts of the loop and how tokens are drawn: the options that `refine`, `infill` and `rewrite` share. */
export interface FillOptions {
  /** Chooses the open positions to commit. @defaultValue confidence() */
  readonly select?: Selection | undefined;
  /** The minimum number of positions to commit in each step. @defaultValue fixed() */
  readonly schedule?: Schedule | undefined;
  /** Remasks or replaces committed tokens after a step. @defaultValue none: committed tokens do not change */
  readonly revise?: Revision | undefined;
  /**
   * The input of passes at an open position: the mask token ("absorbing"), or a random other token, drawn when the position is opened
   * ("uniform"). The latter never uses masks and is for models that were trained on canvases of random tokens.
   * @defaultValue the noise that the revision requires, otherwise "absorbing"
   */
  readonly noise?: Noise | undefined;
  /** Moves predictions away from those without the prompt. @defaultValue none */
  readonly guidance?: Guidance | undefined;
  /**
   * Divides the logits that tokens are drawn from, >= 0; 0 chooses the most likely token. With `first` and `last` it changes
   * over the steps of a canvas: last + (first - last)(steps - step) / steps, step from 0.
   * @defaultValue 0
   */
  readonly temperature?: number | AnnealedTemperature | undefined;
  /** Draws the tokens. Replaces `temperature`. */
  readonly sampler?: Sampler | undefined;
  /**
   * The distributions that selections and revisions use: "model" is the row at temperature 1, as in LLaDA; "sampler" is the distribution
   * that tokens are drawn from, as in Dream. The latter is not allowed at temperature 0, where every token would be certain.
   * @defaultValue "model"
   */
  readonly scores?: "model" | "sampler" | undefined;
  /**
   * Applied in order to every row. The context of a canvas position is all tokens before it, with the mask token for unknown ones.
   * @defaultValue []
   */
  readonly processors?: readonly LogitsProcessor[] | undefined;
  /** Maximum predictions per canvas, an integer >= 1; guidance doubles them. @defaultValue one for each position to fill */
  readonly steps?: number | undefined;
}

export interface AnnealedTemperature {
  readonly first: number;
  readonly last: number;
}

/** Options with all defaults resolved. */
export interface FillSettings extends RefineParts {
  readonly guidance: Guidance | undefined;
  readonly steps: number | undefined;
}

const TEMPERATURE = { type: "number", help: "0 chooses the most likely tokens", minimum: 0 } as const;

/** A temperature, or one that changes over the steps. */
export const temperatureOption: ObjectOption = objectOption(`${describeOption(TEMPERATURE)}, or { first, last }`, (value) => {
  return acceptsValue(TEMPERATURE, value) || isAnnealed(value);
});

/** The options of `FillOptions`. */
const FILL_OPTIONS: Readonly<Record<keyof FillOptions, OptionDefinition>> = {
  select: madeBy("a selection, such as confidence()", "start"),
  schedule: madeBy("a schedule, such as fixed()", "count"),
  revise: madeBy("a revision, such as editAbove()", "shouldContinue"),
  noise: { type: "string", help: "What passes read at an open position", choices: ["absorbing", "uniform"] },
  guidance: madeBy("guidance, such as classifierFree({ scale: 1 })", "scale"),
  temperature: temperatureOption,
  sampler: SAMPLER_OPTION,
  scores: { type: "string", help: "The distributions that selections and revisions use", choices: ["model", "sampler"] },
  processors: PROCESSORS_OPTION,
  steps: { type: "integer", help: "Maximum predictions per canvas", minimum: 1 },
};

/** A decoder's options besides those of `FillOptions`. */
export interface OwnOptions {
  readonly options?: Readonly<Record<string, OptionDefinition>>;
  /** Options of `FillOptions` that the decoder does not accept. */
  readonly without?: readonly (keyof FillOptions)[];
}

/**
 * Checks the options of `where` and fills in defaults.
 * @throws InvalidOptionError for an unknown, missing, invalid or ineffective option.
 */
export function fillSettings(where: string, options: FillOptions, own: OwnOptions): FillSettings {
  const { without = [] } = own;
  const shared = Object.entries(FILL_OPTIONS).filter(([name]) => !without.includes(name as keyof FillOptions));
  resolveOptions<object, object>(where, options, { ...Object.fromEntries(shared), ...own.options });
  const { select = confidence(), schedule = fixed(), revise, guidance, temperature, sampler, scores = "model", processors = [] } = options;
  const noise = options.noise ?? revise?.noise ?? "absorbing";
  if (revise?.noise && noise !== revise.noise) {
    throw new InvalidOptionError({ where, option: "noise", expected: `"${revise.noise}" for the revision ${revise.name}`, actual: noise });
  }
  if (sampler && temperature !== undefined) {
    throw new InvalidOptionError({ where, option: "temperature", expected: "left out if a sampler is given", actual: temperature });
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

/** The temperature of step `step` of `steps`. It approaches `last` without reaching it. */
export function annealed({ first, last }: AnnealedTemperature, step: number, steps: number): number {
  return last + ((first - last) * (steps - step)) / steps;
}

function isAnnealed(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const { first, last, ...rest } = value as Partial<AnnealedTemperature>;
  return acceptsValue(TEMPERATURE, first) && acceptsValue(TEMPERATURE, last) && Object.keys(rest).length === 0;
}

/** An option whose value is made by a factory and recognised by one of its members. */
function madeBy(expected: string, member: string): OptionDefinition {
  return objectOption(expected, (value) => typeof value === "object" && value !== null && member in value);
}
