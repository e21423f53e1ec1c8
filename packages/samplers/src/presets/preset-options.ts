import { objectOption, type OptionDefinition, type PluginOption } from "@decodekit/core";

/** Options of several systems, which mean the same in all of them. */
export const PENALTY = { type: "number", minimum: 0, exclusiveMinimum: true } as const satisfies Partial<PluginOption>;

/** Any number: systems switch an option off by a value out of its range. */
export const ANY_NUMBER = { type: "number" } as const satisfies Partial<PluginOption>;
export const ANY_INTEGER = { type: "integer" } as const satisfies Partial<PluginOption>;

/** A probability, both ends included. */
export const PROBABILITY = { type: "number", minimum: 0, maximum: 1 } as const satisfies Partial<PluginOption>;

export const PREFIX_FUNCTION = objectOption("a function of the prefix that returns token ids", (value) => typeof value === "function");

/** Whether an option is a plain value, which forms and the command can have. */
export function isPlain(option: OptionDefinition): option is PluginOption {
  return option.type !== "object";
}
