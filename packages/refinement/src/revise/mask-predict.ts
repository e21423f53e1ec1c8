import { resolveOptions } from "@decodekit/core";
import { highest } from "../select/highest.ts";
import type { NoOptions } from "../select/orders.ts";
import type { Revision } from "./revision.ts";

/**
 * After step t of T (from 1), remasks the positions whose tokens had the lowest probability when they were put there: floor(N (1 - t / T))
 * of them, at least one. The others keep their token and its probability. For the schedule `allAtOnce` (Ghazvininejad et al. 2019,
 * "Mask-Predict", arXiv 1904.09324). The lowest position comes first among equals.
 * @throws InvalidOptionError for any option.
 */
export function remaskLeastConfident(options: NoOptions = {}): Revision {
  resolveOptions<object, object>("remaskLeastConfident", options, {});
  return {
    name: "mask-predict",
    needsPredictions: false,
    start:
      () =>
      ({ step, steps, initial, filled, committed, confidence }) => {
        const scored = [...filled, ...committed].map((position) => ({ position, score: -confidence[position]! }));
        return { remask: highest(scored, remaskCount(initial, step, steps)) };
      },
    shouldContinue: () => true,
  };
}

/** Number of the `positions` to remask after step `step` (from 0) of `steps`, which is not the last one. */
export function remaskCount(positions: number, step: number, steps: number): number {
  return Math.max(1, Math.floor(positions * (1 - (step + 1) / steps)));
}
