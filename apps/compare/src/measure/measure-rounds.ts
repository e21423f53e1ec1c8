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
export interface MeasuredLanes {
  readonly count: number;
  /** Runs a lane once. Rejects with the lane's error, or with the abort reason. */
  readonly runLane: (lane: number, round: number) => Promise<LaneTiming>;
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
export type VoidReason = "hidden" | "drift" | "outlier";

export interface Measured {
  /** One entry per round that counts, by lane. */
  readonly rounds: readonly (readonly LaneTiming[])[];
  /** The reason for each round that does not count. */
  readonly voids: readonly VoidReason[];
  readonly plannedRounds: number;
  /** False if the measurement was aborted. */
  readonly isComplete: boolean;
}

const MAX_REPEATS = 3;
/** A round does not count if its sentinel time deviates from the median by more than this share. */
const MAX_DRIFT = 0.15;
/** A round does not count if a lane takes more than this multiple of its median: the lane stalled. */
const MAX_MEDIAN_MULTIPLE = 5;

/**
 * Measures all lanes in rounds, each in a different order, after one warm-up round that does not count. A round that fails a check is
 * repeated, at most 3 times. No round starts while the page is hidden, and a round in which it was hidden does not use up a repeat. An
 * abort ends the measurement with the rounds so far.
 */
export async function measureRounds(lanes: MeasuredLanes): Promise<Measured> {
  const orders = rotation(lanes.count);
  const rounds: LaneTiming[][] = [];
  const voids: VoidReason[] = [];
  const sentinels: number[] = [];
  const result = { rounds, voids, plannedRounds: orders.length };
  try {
    await runRound(lanes, orders[0]!, { round: 0, rounds: orders.length });
    for (const [index, order] of orders.entries()) {
      for (let repeat = 0; repeat <= MAX_REPEATS;) {
        await lanes.untilVisible();
        lanes.wasHidden();
        const { timings, sentinel } = await runRound(lanes, order, { round: index + 1, rounds: orders.length });
        const reason = lanes.wasHidden() ? "hidden" : voidReasonOf(timings, sentinel, { rounds, sentinels });
        sentinels.push(sentinel);
        if (reason === undefined) {
          rounds.push(timings);
          break;
        }
        voids.push(reason);
        if (reason !== "hidden") repeat++;
      }
    }
    return { ...result, isComplete: true };
  } catch (error) {
    if (lanes.signal.aborted) return { ...result, isComplete: false };
    throw error;
  }
}

interface Round {
  readonly timings: LaneTiming[];
  readonly sentinel: number;
}

async function runRound(lanes: MeasuredLanes, order: readonly number[], at: Omit<MeasureProgress, "lane">): Promise<Round> {
  const timings: LaneTiming[] = [];
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

function voidReasonOf(
  timings: readonly LaneTiming[],
  sentinel: number,
  before: { readonly rounds: readonly (readonly LaneTiming[])[]; readonly sentinels: readonly number[] },
): VoidReason | undefined {
  const { rounds, sentinels } = before;
  const usual = median([...sentinels, sentinel]);
  if (Math.abs(sentinel / usual - 1) > MAX_DRIFT) return "drift";
  if (rounds.length < 2) return undefined;
  const isOutlier = timings.some(
    ({ milliseconds }, lane) => milliseconds > MAX_MEDIAN_MULTIPLE * median(rounds.map((round) => round[lane]!.milliseconds)),
  );
  return isOutlier ? "outlier" : undefined;
}
