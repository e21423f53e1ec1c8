/** Decides when to run plain passes instead of drafting: to measure their cost, or because drafting does not pay off. */
export interface PlainPassSchedule {
  /** Whether the next pass should be plain. */
  readonly isDue: boolean;
  /** Plain passes in a row in this decode, since the last draft. */
  readonly passes: number;
  /** Starts a decode. Shortens a backoff, because the kind of text may have changed. */
  startDecode(isDrafting: boolean): void;
  /** Records a plain pass. Returns whether to use its time: it follows enough other plain passes and is near the end of its series. */
  recordPlainPass(): boolean;
  /** Records a round in which the drafter was requested for a draft. */
  recordDraft(): void;
  /** Schedules plain passes to measure when due. `gain` is the tokens per second of drafting, relative to plain passes. */
  scheduleMeasurement(gain: number): void;
  /** Schedules plain passes because drafting does not pay off. A probe costs `probeLoss` plain passes; `wasProbe`: one just failed. */
  backOff(probeLoss: number, wasProbe: boolean): void;
  /** Schedules a few plain passes because the draft was empty. */
  retrySoon(): void;
  /** Resets the backoff because drafting pays off. */
  resetBackoff(): void;
}

/** Plain passes in a row before the measured ones, and the number of measured ones. */
const WARM_UP_PASSES = 5;
const MEASURED_PASSES = 7;
/** Maximum share of the time for measuring plain passes while drafting pays off. */
const MAX_MEASURING_SHARE = 0.0075;
/** Rounds between two measurements: the minimum, and the initial maximum. */
const MIN_MEASURING_INTERVAL = 64;
/** Plain passes before a probe. Doubles after each failed probe, until probes cost at most `MAX_PROBE_SHARE` of the passes. */
const MIN_BACKOFF = 16;
const MAX_BACKOFF = 1024;
const MAX_PROBE_SHARE = 0.005;
/** How much a draft slows down the plain passes after it, in plain passes. */
const POST_DRAFT_SLOWDOWN = 0.5;
/** Plain passes after an empty draft, before the drafter is requested again. */
const RETRY_INTERVAL = 3;
/** Plain passes by which the start of a decode shortens a backoff. */
const NEW_DECODE_CREDIT = 32;

export function plainPassSchedule({ measuresPlain }: { readonly measuresPlain: boolean }): PlainPassSchedule {
  let passesLeft = measuresPlain ? WARM_UP_PASSES + MEASURED_PASSES : 0;
  let backoff = MIN_BACKOFF;
  let passes = 0;
  let roundsSinceMeasured = 0;
  // Short at first, while code is still being compiled and a measurement soon goes out of date.
  let maxInterval = MIN_MEASURING_INTERVAL;
  return {
    get isDue() {
      return passesLeft > 0;
    },
    get passes() {
      return passes;
    },
    startDecode(isDrafting) {
      passes = 0;
      if (!isDrafting) passesLeft = Math.max(0, passesLeft - NEW_DECODE_CREDIT);
    },
    recordPlainPass() {
      passes++;
      passesLeft--;
      const isMeasured = passes > WARM_UP_PASSES && passesLeft < MEASURED_PASSES;
      if (isMeasured) roundsSinceMeasured = 0;
      return isMeasured;
    },
    recordDraft() {
      passes = 0;
      roundsSinceMeasured++;
    },
    scheduleMeasurement(gain) {
      const cost = (WARM_UP_PASSES + MEASURED_PASSES) * (1 - 1 / gain);
      if (!measuresPlain || roundsSinceMeasured < Math.max(MIN_MEASURING_INTERVAL, Math.min(cost / MAX_MEASURING_SHARE, maxInterval)))
        return;
      passesLeft = WARM_UP_PASSES + MEASURED_PASSES;
      maxInterval *= 4;
    },
    backOff(probeLoss, wasProbe) {
      const maxBackoff = Math.min(Math.max((probeLoss + POST_DRAFT_SLOWDOWN) / MAX_PROBE_SHARE, MIN_BACKOFF), MAX_BACKOFF);
      if (wasProbe) backoff = Math.min(2 * backoff, maxBackoff);
      passesLeft = backoff;
    },
    retrySoon: () => void (passesLeft = RETRY_INTERVAL),
    resetBackoff: () => void (backoff = MIN_BACKOFF),
  };
}
