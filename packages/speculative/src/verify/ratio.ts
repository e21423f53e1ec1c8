import { residual } from "./residual.ts";
import { firstNodes, type Verifier } from "./verifier.ts";

/**
 * Speculative sampling: accepts a drafted token x with probability min(1, p(x) / q(x)), else draws from max(p − q, 0),
 * normalised, and ends the round; after the last token, one more from p. Exact when x was drawn from q.
 * Leviathan, Kalman, Matias 2023, algorithm 1; Chen et al. 2023, algorithm 2.
 */
export const ratio: Verifier = {
  name: "ratio",
  draftKinds: ["probabilities"],
  usesProbabilities: true,
  sharesNoise: false,
  async verify({ draft, drafted, distribution, random }) {
    for (let place = 0; place < drafted; place++) {
      const token = draft.tokens[place]!;
      const p = await distribution(place - 1);
      const q = draft.probabilities![place]!;
      // A Bernoulli draw rather than a uniform one compared with the ratio: a token with p = 0 is never accepted.
      if (random.bernoulli(Math.min(1, p[token]! / q[token]!))) continue;
      return { accepted: firstNodes(place), nextToken: random.categorical(residual(p, q)) };
    }
    return { accepted: firstNodes(drafted), nextToken: random.categorical(await distribution(drafted - 1)) };
  },
};
