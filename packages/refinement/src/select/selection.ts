import type { RefineStep } from "../step-context.ts";

/** Chooses which open positions receive their candidate. */
export interface Selection {
  readonly name: string;
  /**
   * Whether the choice depends on the drawn tokens. Such an order is biased at temperatures above 0: tokens of high
   * probability come first wherever they are, so that the output is sharper than the model, even at one token per step.
   */
  readonly dependsOnSamples: boolean;
  /**
   * Starts a canvas. The returned function is called once per step with an open position. It returns at least `minCount`
   * of `step.open`, 0 <= minCount <= open.length, each once, in any order.
   */
  start(): (step: RefineStep, minCount: number) => readonly number[];
}
