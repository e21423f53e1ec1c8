import type { CostCurve } from "./cost-curve.ts";
import { type DraftRecord, draftRecord } from "./draft-record.ts";
import { devicePace, type Pace } from "./pace.ts";
import { plainRests, type PlainRests } from "./plain-rests.ts";

/** What is known of a target and its drafter, from decode to decode. */
export interface Learned {
  readonly costs: CostCurve;
  readonly pace: Pace;
  readonly record: DraftRecord;
  readonly rests: PlainRests;
  /** How many there were, empty ones aside. */
  drafts: number;
  /** Whether the last look at all lengths chose to draft. */
  isDrafting: boolean;
  /** Rounds still to be drafted before a probe that paid is taken for more than luck. */
  trial: number;
}

export function newlyLearned(costs: CostCurve, how: Parameters<typeof plainRests>[0]): Learned {
  return { costs, pace: devicePace(), record: draftRecord(), rests: plainRests(how), drafts: 0, isDrafting: true, trial: 0 };
}
