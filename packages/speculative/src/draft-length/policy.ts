/** Decides how many tokens to draft, round by round. */
export interface DraftLengthPolicy {
  /** Most tokens that it ever asks for, >= 1. */
  readonly maximum: number;
  /** Begins one decode. Nothing is kept between decodes. */
  start(): DraftLengthControl;
}

export interface DraftLengthControl {
  /** Tokens to draft in the next round, in [0, maximum]; 0 is a plain pass. The end of the output may shorten it further. */
  next(): number;
  /** Told after every pass of the target, the one over the prompt aside. */
  observe(round: MeasuredRound): void;
}

export interface MeasuredRound {
  /** Tokens that the drafter was asked for; 0 in a round without a draft. */
  readonly asked: number;
  /** Tokens that were verified. */
  readonly drafted: number;
  readonly accepted: number;
  /** Time of the draft model's passes. */
  readonly draftMilliseconds: number;
  /** Time of the target's pass. */
  readonly targetMilliseconds: number;
}

/** Always `length` tokens, an integer >= 1. */
export function fixedDraftLength(length: number): DraftLengthPolicy {
  return { maximum: length, start: () => ({ next: () => length, observe: () => undefined }) };
}
