import type { Verifier } from "./round.ts";

/**
 * Match walk over a tree: draws the target's token after the prefix, goes down to the child that says the same, and so on.
 * The same as accepting deterministic children one by one with the target renormalised in between (Miao et al. 2024,
 * "SpecInfer"), with one draw per level. Of two children with one token the first counts.
 */
export const tree: Verifier = ({ draft: { tokens, parents }, drafted, sample }) => {
  const accepted: number[] = [];
  for (let node = -1; ;) {
    const next = sample(node);
    const child = tokens.findIndex((token, index) => index < drafted && parents![index] === node && token === next);
    if (child < 0) return { accepted, next };
    accepted.push((node = child));
  }
};
