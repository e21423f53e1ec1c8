import { InvalidOptionError, isGreedy, type PluginOption, type Sampler } from "@decodekit/core";

/** How many samples a decoder draws, and how. */
export interface SamplingOptions {
  /** Number of samples, an integer >= 1. @defaultValue 5 */
  readonly n?: number | undefined;
}

export const N_OPTION = { type: "integer", help: "Number of samples to draw", default: 5, minimum: 1 } as const satisfies PluginOption;

/** The options of a plugin that describe its sampler; `temperature` is the default. */
export const samplerOptions = <const Temperature extends number>(temperature: Temperature) =>
  ({
    temperature: {
      type: "number",
      help: "Flattens the distribution above 1, sharpens it below",
      default: temperature,
      minimum: 0,
      exclusiveMinimum: true,
    },
    p: {
      type: "number",
      help: "Probability mass of the nucleus to sample from; 1 keeps every token",
      default: 1,
      minimum: 0,
      exclusiveMinimum: true,
      maximum: 1,
    },
  }) as const satisfies Readonly<Record<string, PluginOption>>;

/** @throws InvalidOptionError for a sampler that draws nothing, whose samples are all the same. */
export function checkDraws(where: string, sampler: Sampler): void {
  if (!isGreedy(sampler)) return;
  const expected = "one that draws: the samples of a greedy sampler are all the same";
  throw new InvalidOptionError({ where, option: "sampler", expected, actual: sampler.name });
}
