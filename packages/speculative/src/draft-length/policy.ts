import type { CausalModel } from "@decodekit/core";

/** Decides how many tokens to draft, round by round. */
export interface DraftLengthPolicy {
  /** Maximum tokens that the policy requests, >= 1. */
  readonly maximum: number;
  /** Begins one decode of `target`. State kept between decodes may change the number of passes, never the tokens' distribution. */
  start(target: CausalModel): DraftLengthControl;
}

export interface DraftLengthControl {
  /** Tokens to draft in the next round, in [0, maximum]; 0 is a plain pass. Near the end of the output fewer are requested. */
  next(): number;
  /** Called after every round. Every pass of the target after the prefill belongs to a round. */
  observe(round: MeasuredRound): void;
}

export interface MeasuredRound {
  /** Tokens requested from the drafter; 0 in a round without a draft. */
  readonly requested: number;
  /** Verified tokens. */
  readonly drafted: number;
  readonly accepted: number;
  /** Time of the whole round: drafting, the target's pass and choosing tokens. Excludes the time in which the events are consumed. */
  readonly milliseconds: number;
  /** Time of the target's pass alone. */
  readonly passMilliseconds: number;
}

/** Always requests `length` tokens, an integer >= 1. */
export function fixedDraftLength(length: number): DraftLengthPolicy {
  return { maximum: length, start: () => ({ next: () => length, observe: () => undefined }) };
}
