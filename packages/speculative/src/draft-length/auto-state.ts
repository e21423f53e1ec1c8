import { type AcceptanceEstimator, acceptanceEstimator } from "./acceptance-estimator.ts";
import type { CostCurve } from "./cost-curve.ts";
import { type DeviceDrift, deviceDrift } from "./device-drift.ts";
import { newRoundCosts, type RoundCosts } from "./length-by-gain.ts";
import { plainPassSchedule, type PlainPassSchedule } from "./plain-pass-schedule.ts";

/** What is known about a target and its drafter. Kept between decodes. */
export interface AutoState {
  readonly costs: CostCurve;
  /** What is known about drafts with confidences. */
  readonly confident: RoundCosts;
  readonly drift: DeviceDrift;
  readonly acceptance: AcceptanceEstimator;
  readonly schedule: PlainPassSchedule;
  /** Number of non-empty drafts so far. */
  drafts: number;
  /** Whether the last update of the choice decided to draft. */
  isDrafting: boolean;
  /** Remaining rounds that draft after a probe that paid off. */
  trialRounds: number;
}

export interface AutoStateOptions {
  readonly measuresPlain: boolean;
  /** Costs of rounds whose drafts have confidences. */
  readonly confidentCosts: CostCurve;
}

export function newAutoState(costs: CostCurve, { measuresPlain, confidentCosts }: AutoStateOptions): AutoState {
  return {
    costs,
    confident: newRoundCosts(confidentCosts),
    drift: deviceDrift(),
    acceptance: acceptanceEstimator(),
    schedule: plainPassSchedule({ measuresPlain }),
    drafts: 0,
    isDrafting: true,
    trialRounds: 0,
  };
}
