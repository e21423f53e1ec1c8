import { type LogitsProcessor, type PluginOption, resolveOptions } from "@decodekit/core";
import { temperatureProcessor } from "@decodekit/core/toolkit";

export const TEMPERATURE = {
  type: "number",
  help: "Divides the logits: below 1 favours likely tokens, above 1 unlikely ones; 0 keeps the most likely token",
  default: 1,
  minimum: 0,
} as const satisfies PluginOption;

/**
 * Divides every logit by `value`, a number >= 0. 0 keeps only the most likely token, the lowest id in a tie.
 * @throws InvalidOptionError if it is out of range.
 */
export function temperature(value: number): LogitsProcessor {
  resolveOptions("temperature", { temperature: value }, { temperature: { ...TEMPERATURE, required: true } });
  return temperatureProcessor(value);
}
