const MAX_CONFIDENCE = 0.995;
/** How fast a shift changes: the step of a logistic regression on it. */
const LEARNING_RATE = 0.3;
/** Factor by which a shift shrinks in every round, so that a hard passage is soon forgotten. */
const SHIFT_MEMORY = 0.9;

/** What the confidences of drafted tokens are corrected by: shifts of their logits, of the first token of a draft and of later ones. */
export interface ConfidenceShifts {
  /** Returns the corrected probability that a token is right. `isFirst`: nothing drafted precedes it. 0 and 1 are taken for nearly that. */
  correct(confidence: number, isFirst: boolean): number;
  /** Begins a round: what was learned from earlier ones counts less. */
  startRound(): void;
  /** Learns whether a token with the corrected `confidence` was right. */
  learn(isRight: boolean, confidence: number, isFirst: boolean): void;
}

/** The first token has a shift of its own, because it is often wrong where drafts are rare. */
export function confidenceShifts(): ConfidenceShifts {
  const shifts = { first: 0, later: 0 };
  return {
    correct: (confidence, isFirst) => shifted(confidence, isFirst ? shifts.first : shifts.later),
    startRound() {
      shifts.first *= SHIFT_MEMORY;
      shifts.later *= SHIFT_MEMORY;
    },
    learn(isRight, confidence, isFirst) {
      shifts[isFirst ? "first" : "later"] += LEARNING_RATE * ((isRight ? 1 : 0) - confidence);
    },
  };
}

/** Adds `shift` to the logit of a probability. */
function shifted(probability: number, shift: number): number {
  const limited = Math.min(Math.max(probability, 1 - MAX_CONFIDENCE), MAX_CONFIDENCE);
  const odds = (limited / (1 - limited)) * Math.exp(shift);
  return odds / (1 + odds);
}
