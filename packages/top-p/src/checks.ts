import { numberBetween, type OptionCheck } from "@decodekit/core";

/** What `p` and `temperature` may be. */
export const checks: Readonly<Record<"p" | "temperature", OptionCheck>> = {
  p: numberBetween(0, 1, { exclusiveMinimum: true }),
  temperature: numberBetween(0, Infinity),
};
