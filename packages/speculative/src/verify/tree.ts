import type { Verifier } from "./verifier.ts";

/**
 * Walks down a tree: draws the target's token after the prefix, moves to the child with the same token, and repeats.
 * Equivalent to accepting deterministic children one by one with the target renormalised in between (Miao et al. 2024,
 * "SpecInfer"), with one draw per level. Of two children with the same token the first is used.
 */
export const tree: Verifier = {
  name: "tree",
  draftKinds: ["tree"],
  usesProbabilities: false,
  sharesNoise: false,
  async verify({ draft: { tokens, parents }, drafted, sample }) {
    const accepted: number[] = [];
    for (let node = -1; ;) {
      const nextToken = await sample(node);
      const child = tokens.findIndex((token, index) => index < drafted && parents![index] === node && token === nextToken);
      if (child < 0) return { accepted, nextToken };
      accepted.push((node = child));
    }
  },
};
