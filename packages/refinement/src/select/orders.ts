import { checkOptions } from "@decodekit/core";
import { highest } from "./highest.ts";
import type { Selection } from "./selection.ts";

/** Has no options. */
export type NoOptions = Readonly<Record<string, never>>;

/**
 * Any open positions, each as likely as the others: the order in which masked diffusion is trained.
 * @throws InvalidOptionError for any option.
 */
export function randomOrder(options: NoOptions = {}): Selection {
  checkOptions("randomOrder", options, {});
  return {
    name: "random",
    looksAtDraws: false,
    start:
      () =>
      ({ open, random }, least) => {
        const left = [...open];
        if (least === left.length) return left;
        return Array.from({ length: least }, () => left.splice(random.categorical(left.map(() => 1)), 1)[0]!);
      },
  };
}

/**
 * The first open positions.
 * @throws InvalidOptionError for any option.
 */
export function leftToRight(options: NoOptions = {}): Selection {
  checkOptions("leftToRight", options, {});
  return {
    name: "left-to-right",
    looksAtDraws: false,
    start:
      () =>
      ({ open }, least) =>
        highest(
          open.map((position) => ({ position, score: -position })),
          least,
        ),
  };
}
