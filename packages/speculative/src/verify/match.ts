import { firstNodes, type Verifier } from "./verifier.ts";

/**
 * Sample and compare: draws the target's token at each position and continues while the draft has the same token. Every token is
 * the target's own draw, so the output does not depend on the draft at all. Exact for chains from any source.
 * With a greedy sampler this is greedy verification.
 */
export const match: Verifier = {
  name: "match",
  draftKinds: ["tokens", "probabilities"],
  usesProbabilities: false,
  sharesNoise: false,
  async verify({ draft, drafted, sample }) {
    for (let place = 0; place < drafted; place++) {
      const token = await sample(place - 1);
      if (token !== draft.tokens[place]) return { accepted: firstNodes(place), nextToken: token };
    }
    return { accepted: firstNodes(drafted), nextToken: await sample(drafted - 1) };
  },
};

/** The same rule with Gumbel noise that the drafter shares, so that more drafted tokens match when sampling. */
export const gumbel: Verifier = { ...match, name: "gumbel", sharesNoise: true };
