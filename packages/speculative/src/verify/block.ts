import { residual } from "./residual.ts";
import { firstNodes, type Verifier } from "./verifier.ts";

/**
 * Block verification: accepts all drafted tokens jointly, which on average keeps at least as many as a token-by-token rule.
 * Sun et al. 2024, "Block verification accelerates speculative decoding", algorithm 2. With x the draft of length n, and
 * p_i and q_i the distributions of target and drafter at position i, counted from 1:
 *
 *   P_0 = 1,  P_i = min(P_{i−1} · p_i(x_i) / q_i(x_i), 1)
 *   S_i = Σ_x max(P_i · p_{i+1}(x) − q_{i+1}(x), 0)
 *   h_i = S_i / (S_i + 1 − P_i) for i < n,  h_n = P_n
 *   τ   = the largest i whose own draw succeeds with probability h_i, else 0
 *   then one token from p_{n+1} if τ = n, else from max(P_τ · p_{τ+1} − q_{τ+1}, 0), normalised.
 */
export const block: Verifier = {
  name: "block",
  draftKinds: ["probabilities"],
  usesProbabilities: true,
  sharesNoise: false,
  async verify({ draft, drafted, distribution, random }) {
    const targets: Float64Array[] = [];
    for (let place = 0; place < drafted; place++) targets.push(await distribution(place - 1));
    const q = draft.probabilities!;
    const kept = [1];
    for (const [place, token] of draft.tokens.subarray(0, drafted).entries()) {
      kept.push(Math.min((kept[place]! * targets[place]![token]!) / q[place]![token]!, 1));
    }
    for (let length = drafted; length >= 0; length--) {
      const scale = kept[length]!;
      if (length === drafted) {
        if (!random.bernoulli(scale)) continue;
        return { accepted: firstNodes(drafted), nextToken: random.categorical(await distribution(drafted - 1)) };
      }
      if (length > 0 && !random.bernoulli(acceptance(targets[length]!, q[length]!, scale))) continue;
      return { accepted: firstNodes(length), nextToken: random.categorical(residual(targets[length]!, q[length]!, scale)) };
    }
    throw new Error("unreachable: length 0 is always accepted");
  },
};

/** h_i. If P_i = 1 and S_i = 0, the longer prefix was certainly accepted, and the value returned here does not matter. */
function acceptance(p: Float64Array, q: Float64Array, scale: number): number {
  let surplus = 0;
  for (let token = 0; token < p.length; token++) surplus += Math.max(scale * p[token]! - q[token]!, 0);
  const total = surplus + 1 - scale;
  return total > 0 ? Math.min(surplus / total, 1) : 1;
}
