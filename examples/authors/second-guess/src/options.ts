import type { PluginOption } from "@decodekit/core";

export interface SecondGuessOptions {
  /** Two tokens are both tried where the likeliest is less than this many nats ahead of the second, a number >= 0. 0 is greedy. @defaultValue 0.5 */
  readonly margin?: number | undefined;
  /** Number of tokens that are written after each of the two before they are compared, with the token itself, an integer >= 1. @defaultValue 6 */
  readonly horizon?: number | undefined;
}

/** Type, range, default and help of each option: the check, the command, forms and tables come from it. */
export const options = {
  margin: {
    type: "number",
    help: "Lead of the likeliest token in nats below which the second one is tried too; 0 is greedy",
    default: 0.5,
    minimum: 0,
  },
  horizon: { type: "integer", help: "Tokens that each of the two beginnings is written on for", default: 6, minimum: 1 },
} as const satisfies Readonly<Record<keyof SecondGuessOptions, PluginOption>>;
