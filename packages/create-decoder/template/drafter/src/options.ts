import type { PluginOption } from "@decodekit/core";

export interface MyStrategyOptions {
  /** How often a successor must have been seen before it is guessed, an integer >= 1. @defaultValue 1 */
  readonly minCount?: number | undefined;
}

/** Type, range, default and help of each option: the check, the command, forms and tables come from it. */
export const options = {
  minCount: { type: "integer", help: "How often a successor must have been seen before it is guessed", default: 1, minimum: 1 },
} as const satisfies Readonly<Record<keyof MyStrategyOptions, PluginOption>>;
