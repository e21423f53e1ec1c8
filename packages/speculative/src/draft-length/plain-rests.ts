/** When to run plain passes rather than to draft: to learn what they cost, or because drafting does not pay. */
export interface PlainRests {
  /** Whether the next pass is to be a plain one. */
  readonly isOn: boolean;
  /** How many plain passes came since the last draft, in this decode. */
  readonly passes: number;
  /** A decode begins, perhaps of another kind of text: a rest from drafting that does not pay comes sooner to its end. */
  beginText(isDrafting: boolean): void;
  /** A plain pass was run. Gives whether it is to be measured: whether it came among plain passes, and near the end of a rest. */
  passed(): boolean;
  /** The drafter was asked. */
  drafted(): void;
  /** Rests to measure plain passes if it is time, where drafting gives `gain` times the tokens per second of plain passes. */
  measureAgain(gain: number): void;
  /** Rests since drafting does not pay. `probeLoss` is what a probe loses in passes; `wasProbe` whether this is after one. */
  begin(probeLoss: number, wasProbe: boolean): void;
  /** Rests shortly, since a drafter to be probed had no idea. */
  beginShort(): void;
  /** Drafting pays: should it no longer do so, the first rest is short again. */
  forget(): void;
}

/** Plain passes in a row after which the next ones are measured, and how many are. */
const SETTLING = 5;
const MEASURED = 7;
/** What measuring plain passes may cost where drafting pays, as a share of the time; and rounds of drafting in between at least, and at most at first. */
const MEASURING_LOSS = 0.0075;
const MEASURE_EVERY = 64;
/** Plain passes before a probe; doubled after each one that does not pay, until what probes lose is this share of a pass. */
const FIRST_REST = 16;
const LONGEST_REST = 1024;
const PROBE_LOSS = 0.005;
/** What a draft slows the plain passes after it, in passes. */
const AFTERMATH = 0.5;
/** Plain passes between two questions to a drafter that had no idea when it was to be probed. */
const SHORT_REST = 3;
/** Plain passes that the beginning of a decode counts for. */
const NEW_TEXT = 32;

export function plainRests({ measuresPlain }: { readonly measuresPlain: boolean }): PlainRests {
  let left = measuresPlain ? SETTLING + MEASURED : 0;
  let rest = FIRST_REST;
  let passes = 0;
  let roundsSinceMeasured = 0;
  // Soon at first, when all gets faster and a measurement is quickly out of date.
  let mostRounds = MEASURE_EVERY;
  return {
    get isOn() {
      return left > 0;
    },
    get passes() {
      return passes;
    },
    beginText(isDrafting) {
      passes = 0;
      if (!isDrafting) left = Math.max(0, left - NEW_TEXT);
    },
    passed() {
      passes++;
      left--;
      const isMeasured = passes > SETTLING && left < MEASURED;
      if (isMeasured) roundsSinceMeasured = 0;
      return isMeasured;
    },
    drafted() {
      passes = 0;
      roundsSinceMeasured++;
    },
    measureAgain(gain) {
      const lost = (SETTLING + MEASURED) * (1 - 1 / gain);
      if (!measuresPlain || roundsSinceMeasured < Math.max(MEASURE_EVERY, Math.min(lost / MEASURING_LOSS, mostRounds))) return;
      left = SETTLING + MEASURED;
      mostRounds *= 4;
    },
    begin(probeLoss, wasProbe) {
      const longest = Math.min(Math.max((probeLoss + AFTERMATH) / PROBE_LOSS, FIRST_REST), LONGEST_REST);
      if (wasProbe) rest = Math.min(2 * rest, longest);
      left = rest;
    },
    beginShort: () => void (left = SHORT_REST),
    forget: () => void (rest = FIRST_REST),
  };
}
