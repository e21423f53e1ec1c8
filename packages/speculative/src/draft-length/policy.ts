import type { CausalModel, Draft, Drafter } from "@decodekit/core";

/** Decides how many tokens to draft, round by round. */
export interface DraftLengthPolicy {
  /** Maximum tokens that the policy requests, >= 1. */
  readonly maximum: number;
  /**
   * Begins one decode of `target` with `drafter`. State kept between decodes may change the number of passes, never the tokens'
   * distribution.
   */
  start(target: CausalModel, drafter?: Pick<Drafter, "confidences">): DraftLengthControl;
}

export interface DraftLengthControl {
  /** Tokens to draft in the next round, in [0, maximum]; 0 is a plain pass. Near the end of the output fewer are requested. */
  next(): number;
  /**
   * Decides about drafts with `confidences`, except for rules that use the probabilities of a draft. @defaultValue they are as long as
   * others and verified whole
   */
  readonly confident?: ConfidentDrafts | undefined;
  /** Called after every round. Every pass of the target after the prefill belongs to a round. */
  observe(round: MeasuredRound): void;
}

/** Decides how much of drafts with confidences to verify. */
export interface ConfidentDrafts {
  /** Maximum tokens of such a draft in the next round, in [0, maximum of the policy]. The drafter is asked unless it is 0. */
  readonly maximum: number;
  /** Returns how many tokens of `draft` to verify, in [0, n]. Called at most once in a round. */
  cut(draft: DraftWithConfidences): number;
}

/** A chain whose tokens have confidences. */
export interface DraftWithConfidences extends Draft {
  readonly confidences: Float64Array;
}

export interface MeasuredRound {
  /** Tokens requested from the drafter; 0 in a round without a draft. */
  readonly requested: number;
  /** Verified tokens. */
  readonly drafted: number;
  readonly accepted: number;
  /** The tokens that the round committed: the accepted ones and one more. Left out by callers that use no confidences. */
  readonly committed?: Int32Array | undefined;
  /** Time of the whole round: drafting, the target's pass and choosing tokens. Excludes the time in which the events are consumed. */
  readonly milliseconds: number;
  /** Time of the target's pass alone. */
  readonly passMilliseconds: number;
}

/** Always requests `length` tokens, an integer >= 1. */
export function fixedDraftLength(length: number): DraftLengthPolicy {
  return { maximum: length, start: () => ({ next: () => length, observe: () => undefined }) };
}
