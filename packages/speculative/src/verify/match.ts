import { firstNodes, type Verifier } from "./round.ts";

/**
 * Sample and compare: draws the target's token at each position and goes on while the draft says the same. Every token is
 * the target's own draw, so the output does not depend on the draft at all. Exact for chains from any source.
 * With a greedy sampler this is greedy verification.
 */
export const match: Verifier = ({ draft, drafted, sample }) => {
  for (let place = 0; place < drafted; place++) {
    const token = sample(place - 1);
    if (token !== draft.tokens[place]) return { accepted: firstNodes(place), next: token };
  }
  return { accepted: firstNodes(drafted), next: sample(drafted - 1) };
};
