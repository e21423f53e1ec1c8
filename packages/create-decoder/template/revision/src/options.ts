import type { PluginOption } from "@decodekit/core";

export interface MyStrategyOptions {
  /** Probability below which a token is taken back, in [0, 1]. @defaultValue 0.3 */
  readonly below?: number | undefined;
}

/** Type, range, default and help of each option: the check, the command, forms and tables come from it. */
export const options = {
  below: { type: "number", help: "Probability below which a token is taken back", default: 0.3, minimum: 0, maximum: 1 },
} as const satisfies Readonly<Record<keyof MyStrategyOptions, PluginOption>>;
