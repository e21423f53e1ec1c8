import { integerBetween, numberBetween, oneOf, type OptionCheck, type PluginOption } from "@decodekit/core";

/** Checks that a plugin's options keep to their own descriptions, so that an error names the option as it was given. */
export function describedChecks(options: Readonly<Record<string, PluginOption>>): Readonly<Record<string, OptionCheck>> {
  return Object.fromEntries(Object.entries(options).map(([name, option]) => [name, describedCheck(option)]));
}

function describedCheck({ type, minimum = -Infinity, maximum = Infinity, exclusiveMinimum = false, choices }: PluginOption): OptionCheck {
  if (choices) return oneOf(...choices);
  if (type === "integer") return integerBetween(minimum, maximum === Infinity ? undefined : maximum);
  if (type === "number") return numberBetween(minimum, maximum, { exclusiveMinimum });
  return { expected: `a ${type}`, accepts: (value) => typeof value === type };
}
