import type { PluginOption } from "@decodekit/core";

export interface MyStrategyOptions {
  /** Number of last tokens of the output that must not come again, an integer >= 1. @defaultValue 8 */
  readonly window?: number | undefined;
}

/** Type, range, default and help of each option: the check, the command, forms and tables come from it. */
export const options = {
  window: { type: "integer", help: "Number of last tokens of the output that must not come again", default: 8, minimum: 1 },
} as const satisfies Readonly<Record<keyof MyStrategyOptions, PluginOption>>;
