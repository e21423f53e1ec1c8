import type { RefineStep } from "../step.ts";

/** Chooses which open positions receive their candidate. */
export interface Selection {
  readonly name: string;
  /**
   * Whether the choice looks at the tokens that were drawn. Such an order is biased at temperatures above 0: tokens of high
   * probability come first wherever they are, so that the output is sharper than the model, also at one token per step.
   */
  readonly looksAtDraws: boolean;
  /**
   * Starts on a canvas. The function is called once per step in which a position is open; it gives at least `least`
   * of `step.open`, 0 <= least <= open.length, each once, in any order.
   */
  start(): (step: RefineStep, least: number) => readonly number[];
}
