import { type LogitsProcessor, type OptionDefinitions, resolveOptions } from "@decodekit/core";
import { countOf, narrowingProcessor, probabilitiesOf, reusedArray, temperatureProcessor } from "@decodekit/core/toolkit";
import { entropyOf } from "./entropy.ts";
import { TEMPERATURE } from "./temperature.ts";

export interface DynamicTemperatureOptions {
  /** The middle of the range, >= 0. @defaultValue 1 */
  readonly temperature?: number | undefined;
  /** How far the temperature may be from the middle, >= 0. The lower end is at least 0. */
  readonly range: number;
  /** Exponent of the normalised entropy, > 0. @defaultValue 1 */
  readonly exponent?: number | undefined;
}

export const DYNAMIC_TEMPERATURE = {
  temperature: TEMPERATURE,
  range: { type: "number", help: "How far the temperature moves with the entropy, to both sides", minimum: 0, required: true },
  exponent: { type: "number", help: "Exponent of the normalised entropy", default: 1, minimum: 0, exclusiveMinimum: true },
} as const satisfies OptionDefinitions<DynamicTemperatureOptions>;

/**
 * Divides the logits by a temperature between `temperature - range` and `temperature + range`: low + (high - low) (H / ln n)^exponent, with
 * the entropy H of the n tokens that are left, so that a certain row is sharpened and an uncertain one flattened. One token is left as it
 * is. As in llama.cpp ("dynatemp").
 * @throws InvalidOptionError for an unknown or invalid option.
 */
export function dynamicTemperature(options: DynamicTemperatureOptions): LogitsProcessor {
  const { temperature, range, exponent } = resolveOptions("dynamicTemperature", options, DYNAMIC_TEMPERATURE);
  if (range === 0) return temperatureProcessor(temperature);
  const probabilities = reusedArray();
  const low = Math.max(0, temperature - range);
  const high = temperature + range;
  return narrowingProcessor(
    `dynamic-temperature(${low} to ${high}${exponent === 1 ? "" : `, exponent ${exponent}`})`,
    (candidates, context) => {
      const { possible, entropy } = entropyOf(candidates, probabilitiesOf(candidates, probabilities(countOf(candidates))));
      if (possible < 2) return;
      const chosen = low + (high - low) * (entropy / Math.log(possible)) ** exponent;
      temperatureProcessor(chosen).narrow!(candidates, context);
    },
    { argmaxInvariant: true },
  );
}
