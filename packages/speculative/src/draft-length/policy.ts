import type { CausalModel } from "@decodekit/core";

/** Decides how many tokens to draft, round by round. */
export interface DraftLengthPolicy {
  /** Most tokens that it ever asks for, >= 1. */
  readonly maximum: number;
  /** Begins one decode of `target`. What is kept between decodes may change how many passes they take, never the tokens' distribution. */
  start(target: CausalModel): DraftLengthControl;
}

export interface DraftLengthControl {
  /** Tokens to draft in the next round, in [0, maximum]; 0 is a plain pass. The end of the output may shorten it further. */
  next(): number;
  /** Told after every round: all that follows the pass over the prompt is rounds. */
  observe(round: MeasuredRound): void;
}

export interface MeasuredRound {
  /** Tokens that the drafter was asked for; 0 in a round without a draft. */
  readonly asked: number;
  /** Tokens that were verified. */
  readonly drafted: number;
  readonly accepted: number;
  /** Time of the whole round: drafting, the target's pass, choosing tokens. Time in which nobody asked for an event is not in it. */
  readonly milliseconds: number;
  /** Time of the target's pass alone. */
  readonly passMilliseconds: number;
}

/** Always `length` tokens, an integer >= 1. */
export function fixedDraftLength(length: number): DraftLengthPolicy {
  return { maximum: length, start: () => ({ next: () => length, observe: () => undefined }) };
}
