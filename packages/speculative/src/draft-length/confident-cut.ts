import { lengthByGain, type RoundCosts } from "./length-by-gain.ts";
import type { ConfidentDrafts, MeasuredRound } from "./policy.ts";
import { confidenceShifts } from "./confidence-shifts.ts";

/** Decides in one decode how much of drafts with confidences to verify, and learns from it. */
export interface ConfidentCut extends ConfidentDrafts {
  /** Learns from a round. `isMeasured`: whether its time counts. */
  observe(round: MeasuredRound, isMeasured: boolean): void;
}

/**
 * Verifies as many tokens of a chain as `lengthByGain` chooses.
 *
 * The confidences are corrected by what happened in this decode: each draft is compared with the tokens that were committed, whether
 * verified or not. So it costs no pass to notice that drafting pays off, or no longer does.
 */
export function confidentCut(maximum: number, state: RoundCosts): ConfidentCut {
  const byGain = lengthByGain(maximum, state);
  const shifts = confidenceShifts();
  let last: { readonly tokens: Int32Array; readonly confidences: Float64Array } | undefined;

  const learn = (committed: Int32Array): void => {
    if (!last) return;
    shifts.startRound();
    for (let place = 0; place < Math.min(last.tokens.length, committed.length); place++) {
      const isRight = last.tokens[place] === committed[place];
      shifts.learn(isRight, last.confidences[place]!, place === 0);
      if (!isRight) break;
    }
    last = undefined;
  };
  return {
    get maximum() {
      return byGain.maximum;
    },
    cut({ tokens, confidences }) {
      const corrected = confidences.map((confidence, place) => shifts.correct(confidence, place === 0));
      last = { tokens, confidences: corrected };
      let probability = 1;
      return byGain.choose(corrected.map((confidence) => (probability *= confidence)));
    },
    observe(round, isMeasured) {
      if (round.committed) learn(round.committed);
      byGain.observe(round, isMeasured);
    },
  };
}
