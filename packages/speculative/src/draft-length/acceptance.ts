/** How often drafted tokens stood of late, by place in the draft. */
export interface Acceptance {
  /** False until something was drafted. */
  known(): boolean;
  /** Adds a round in which `accepted` of `drafted` tokens stood; a probe after a pause counts for more, since it stands for many. */
  add(drafted: number, accepted: number, isProbe: boolean): void;
  /** Tokens that a round with a draft of `length` may be expected to give, in [1, length + 1]. */
  expectedTokens(length: number): number;
}

/** Weight of the newest round. */
const WEIGHT = 0.1;
const PROBE_WEIGHT = 0.5;

/**
 * Exponential averages for places 1 to `maximum`: a_j is the share of drafts whose j-th token stood, among those whose
 * tokens before it did. A place never reached counts like the one before it.
 */
export function acceptanceByPosition(maximum: number): Acceptance {
  const rates: (number | undefined)[] = Array.from({ length: maximum }, () => undefined);
  const counts = new Int32Array(maximum);
  return {
    known: () => counts[0]! > 0,
    add(drafted, accepted, isProbe) {
      // The place after the accepted ones was reached too, and its token did not stand.
      for (let place = 0; place < Math.min(drafted, accepted + 1, maximum); place++) {
        const stood = place < accepted ? 1 : 0;
        const weight = Math.max(isProbe ? PROBE_WEIGHT : WEIGHT, 1 / ++counts[place]!);
        rates[place] = (1 - weight) * (rates[place] ?? 0) + weight * stood;
      }
    },
    expectedTokens(length) {
      let expected = 1;
      let reached = 1;
      let rate = 0;
      for (let place = 0; place < length; place++) {
        rate = rates[place] ?? rate;
        reached *= rate;
        expected += reached;
      }
      return expected;
    },
  };
}
