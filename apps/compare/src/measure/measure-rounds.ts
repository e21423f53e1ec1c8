import { median } from "simple-statistics";
import { rotation } from "./rotation.ts";

/** One run of a lane, alone on the model. */
export interface LaneTiming {
  /** Time inside the decoder after the prefill. */
  readonly milliseconds: number;
  /** Time of the prefill. */
  readonly promptMilliseconds: number;
  readonly tokens: number;
  /** Passes of the model, including those in which it drafts for itself. */
  readonly passes: number;
  readonly draftModelPasses: number;
}

/** The lanes to measure, and the checks that decide whether a round counts. */
export interface MeasuredLanes<Timing extends LaneTiming> {
  readonly count: number;
  /** Number of rounds that are to count. @defaultValue the smallest multiple of `count` that is at least 6 */
  readonly rounds?: number | undefined;
  /**
   * Runs a lane once. Rejects with the lane's error, or with the abort reason. The round is void, and not repeated, if a lane resolves with
   * undefined.
   */
  readonly runLane: (lane: number, round: number) => Promise<Timing | undefined>;
  /** Returns the milliseconds that a fixed workload takes, as a measure of the machine's current speed. */
  readonly sentinel: () => Promise<number>;
  /** Whether the page has been hidden since the last call. */
  readonly wasHidden: () => boolean;
  /** Resolves once the page is visible; rejects once aborted. */
  readonly untilVisible: () => Promise<void>;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: MeasureProgress) => void;
}

export interface MeasureProgress {
  /** 0 is the warm-up round, which does not count. */
  readonly round: number;
  readonly rounds: number;
  readonly lane: number;
}

/** Why a round does not count. */
export type VoidReason = "hidden" | "drift" | "outlier" | "failed";

export interface Measured<Timing extends LaneTiming = LaneTiming> {
  /** One entry per round that counts, by lane. */
  readonly rounds: readonly (readonly Timing[])[];
  /** The reason for each round that does not count. */
  readonly voids: readonly VoidReason[];
  readonly plannedRounds: number;
  /** False if the measurement was aborted. */
  readonly isComplete: boolean;
}

const MAX_REPEATS = 3;
/** A round does not count if its sentinel time deviates from the median by more than this share. */
const MAX_DRIFT = 0.15;
/** A round does not count if a pass of a lane takes more than this multiple of its median: the lane stalled. */
const MAX_MEDIAN_MULTIPLE = 5;

/**
 * Measures all lanes in rounds, each in a different order, after one warm-up round that does not count. A round that fails a check is
 * repeated, at most 3 times. No round starts while the page is hidden, and a round in which it was hidden does not use up a repeat. An
 * abort ends the measurement with the rounds so far.
 */
export async function measureRounds<Timing extends LaneTiming>(lanes: MeasuredLanes<Timing>): Promise<Measured<Timing>> {
  const orders = rotation(lanes.count, lanes.rounds);
  const rounds: (readonly Timing[])[] = [];
  const voids: VoidReason[] = [];
  const sentinels: number[] = [];
  const result = { rounds, voids, plannedRounds: orders.length };
  try {
    await runRound(lanes, orders[0]!, { round: 0, rounds: orders.length });
    for (const [index, order] of orders.entries()) {
      for (let repeat = 0; repeat <= MAX_REPEATS;) {
        await lanes.untilVisible();
        lanes.wasHidden();
        const round = await runRound(lanes, order, { round: index + 1, rounds: orders.length });
        const reason = lanes.wasHidden() ? "hidden" : voidReasonOf(round, { rounds, sentinels });
        sentinels.push(round.sentinel);
        if (reason === undefined && hasAll(round.timings)) rounds.push(round.timings);
        else voids.push(reason ?? "failed");
        if (reason === undefined || reason === "failed") break;
        if (reason !== "hidden") repeat++;
      }
    }
    return { ...result, isComplete: true };
  } catch (error) {
    if (lanes.signal.aborted) return { ...result, isComplete: false };
    throw error;
  }
}

interface Round<Timing> {
  /** By lane; undefined for a lane that failed. */
  readonly timings: readonly (Timing | undefined)[];
  readonly sentinel: number;
}

async function runRound<Timing extends LaneTiming>(
  lanes: MeasuredLanes<Timing>,
  order: readonly number[],
  at: Omit<MeasureProgress, "lane">,
): Promise<Round<Timing>> {
  const timings: (Timing | undefined)[] = [];
  const sentinels: number[] = [];
  for (const lane of order) {
    lanes.signal.throwIfAborted();
    lanes.onProgress({ ...at, lane });
    sentinels.push(await lanes.sentinel());
    timings[lane] = await lanes.runLane(lane, at.round);
  }
  lanes.signal.throwIfAborted();
  return { timings, sentinel: median(sentinels) };
}

function hasAll<Timing>(timings: readonly (Timing | undefined)[]): timings is readonly Timing[] {
  return timings.every((timing) => timing !== undefined);
}

function voidReasonOf(
  { timings, sentinel }: Round<LaneTiming>,
  { rounds, sentinels }: { readonly rounds: readonly (readonly LaneTiming[])[]; readonly sentinels: readonly number[] },
): VoidReason | undefined {
  if (!hasAll(timings)) return "failed";
  const usual = median([...sentinels, sentinel]);
  if (Math.abs(sentinel / usual - 1) > MAX_DRIFT) return "drift";
  if (rounds.length < 2) return undefined;
  const isOutlier = timings.some(
    (timing, lane) => perPass(timing) > MAX_MEDIAN_MULTIPLE * median(rounds.map((round) => perPass(round[lane]!))),
  );
  return isOutlier ? "outlier" : undefined;
}

function perPass({ milliseconds, passes, draftModelPasses }: LaneTiming): number {
  return milliseconds / Math.max(1, passes + draftModelPasses);
}
