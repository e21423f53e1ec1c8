import { acceptsValue, describeOption, InvalidOptionError, type LogitsProcessor } from "@decodekit/core";
import { nucleusProcessor, temperatureProcessor } from "@decodekit/core/toolkit";
import { topPOptions } from "./top-p.ts";

/**
 * Divides every logit by `value`, a number >= 0. A value below 1 favours likely tokens, above 1 unlikely ones; 0 keeps only the
 * most likely token, the lowest id in a tie.
 * At 0 the processor throws LogitsError if the row defines no distribution.
 * @throws InvalidOptionError if `value` is out of range.
 */
export function temperature(value: number): LogitsProcessor {
  check("temperature", value);
  return temperatureProcessor(value);
}

/**
 * Forbids every token outside the nucleus: the most likely tokens that together reach probability `p` in (0, 1], including the one that
 * crosses p. Among equals the lowest id comes first.
 * The processor throws LogitsError if the row defines no distribution.
 * @throws InvalidOptionError if `p` is out of range.
 */
export function nucleus(p: number): LogitsProcessor {
  check("p", p);
  return nucleusProcessor(p);
}

function check(option: keyof typeof topPOptions, actual: number): void {
  const definition = topPOptions[option];
  if (acceptsValue(definition, actual)) return;
  const where = option === "p" ? "nucleus" : "temperature";
  throw new InvalidOptionError({ where, option, expected: describeOption(definition), actual });
}
