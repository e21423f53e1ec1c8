import { type AcceptanceEstimator, acceptanceEstimator } from "./acceptance-estimator.ts";
import type { CostCurve } from "./cost-curve.ts";
import { type DeviceDrift, deviceDrift } from "./device-drift.ts";
import { plainPassSchedule, type PlainPassSchedule } from "./plain-pass-schedule.ts";

/** What is known about a target and its drafter. Kept between decodes. */
export interface AutoState {
  readonly costs: CostCurve;
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

export function newAutoState(costs: CostCurve, scheduleOptions: Parameters<typeof plainPassSchedule>[0]): AutoState {
  return {
    costs,
    drift: deviceDrift(),
    acceptance: acceptanceEstimator(),
    schedule: plainPassSchedule(scheduleOptions),
    drafts: 0,
    isDrafting: true,
    trialRounds: 0,
  };
}
