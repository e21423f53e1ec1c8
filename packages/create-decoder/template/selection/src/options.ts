import type { PluginOption } from "@decodekit/core";

export interface MyStrategyOptions {
  /** Probability from which on a position is committed, in [0, 1]. @defaultValue 0.8 */
  readonly above?: number | undefined;
}

/** Type, range, default and help of each option: the check, the command, forms and tables come from it. */
export const options = {
  above: { type: "number", help: "Probability from which on a position is committed", default: 0.8, minimum: 0, maximum: 1 },
} as const satisfies Readonly<Record<keyof MyStrategyOptions, PluginOption>>;
