import { resolveOptions } from "@decodekit/core";
import { highest } from "./highest.ts";
import type { Selection } from "./selection.ts";

/** Has no options. */
export type NoOptions = Readonly<Record<string, never>>;

/**
 * Selects random open positions with equal probability: the order in which masked diffusion is trained.
 * @throws InvalidOptionError for any option.
 */
export function randomOrder(options: NoOptions = {}): Selection {
  resolveOptions<object, object>("randomOrder", options, {});
  return {
    name: "random",
    dependsOnSamples: false,
    start:
      () =>
      ({ open, random }, minCount) => {
        const left = [...open];
        if (minCount === left.length) return left;
        return Array.from({ length: minCount }, () => left.splice(random.categorical(left.map(() => 1)), 1)[0]!);
      },
  };
}

/**
 * Selects the first open positions.
 * @throws InvalidOptionError for any option.
 */
export function leftToRight(options: NoOptions = {}): Selection {
  resolveOptions<object, object>("leftToRight", options, {});
  return {
    name: "left-to-right",
    dependsOnSamples: false,
    start:
      () =>
      ({ open }, minCount) =>
        highest(
          open.map((position) => ({ position, score: -position })),
          minCount,
        ),
  };
}
