import { median } from "simple-statistics";
import { rotation } from "./rotation.ts";

/** One run of a lane, alone on the model. */
export interface LaneTiming {
  /** Spent inside the decoder after the prompt was read. */
  readonly milliseconds: number;
  /** Spent on reading the prompt. */
  readonly promptMilliseconds: number;
  readonly tokens: number;
  /** Of the model, its own drafting included. */
  readonly passes: number;
  readonly draftModelPasses: number;
}

/** What is measured, and how it is seen whether a round can be trusted. */
export interface MeasuredLanes {
  readonly count: number;
  /** Runs a lane once. Rejects with what the lane throws, or with the reason of an abort. */
  readonly runLane: (lane: number, round: number) => Promise<LaneTiming>;
  /** Milliseconds of some work that is the same each time: how fast the machine is right now. */
  readonly sentinel: () => Promise<number>;
  /** Whether the page has been hidden since it was last asked. */
  readonly wasHidden: () => boolean;
  /** Resolves once the page is seen; rejects once aborted. */
  readonly untilVisible: () => Promise<void>;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: MeasureProgress) => void;
}

export interface MeasureProgress {
  /** 0 is the round that does not count. */
  readonly round: number;
  readonly rounds: number;
  readonly lane: number;
}

/** Why a round does not count. */
export type VoidReason = "hidden" | "drift" | "outlier";

export interface Measured {
  /** One entry per round that counts, by lane. */
  readonly rounds: readonly (readonly LaneTiming[])[];
  /** Of each round that did not. */
  readonly voids: readonly VoidReason[];
  readonly plannedRounds: number;
  /** False when it was aborted. */
  readonly isWhole: boolean;
}

const MOST_REPEATS = 3;
/** A round does not count when the sentinel is farther than this share from its median. */
const MOST_DRIFT = 0.15;
/** Nor when a lane takes so many times its median: something stood still. */
const MOST_TIMES_MEDIAN = 5;

/**
 * Rounds over all lanes, each in another order, after one that does not count. A round that cannot be trusted is repeated, at
 * most 3 times; while the page is hidden nothing runs, and that is never counted as a try. An abort ends it with the rounds so far.
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
      for (let repeat = 0; repeat <= MOST_REPEATS;) {
        await lanes.untilVisible();
        lanes.wasHidden();
        const { timings, sentinel } = await runRound(lanes, order, { round: index + 1, rounds: orders.length });
        const reason = lanes.wasHidden() ? "hidden" : doubt(timings, sentinel, { rounds, sentinels });
        sentinels.push(sentinel);
        if (reason === undefined) {
          rounds.push(timings);
          break;
        }
        voids.push(reason);
        if (reason !== "hidden") repeat++;
      }
    }
    return { ...result, isWhole: true };
  } catch (error) {
    if (lanes.signal.aborted) return { ...result, isWhole: false };
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

function doubt(
  timings: readonly LaneTiming[],
  sentinel: number,
  before: { readonly rounds: readonly (readonly LaneTiming[])[]; readonly sentinels: readonly number[] },
): VoidReason | undefined {
  const { rounds, sentinels } = before;
  const usual = median([...sentinels, sentinel]);
  if (Math.abs(sentinel / usual - 1) > MOST_DRIFT) return "drift";
  if (rounds.length < 2) return undefined;
  const isOutlier = timings.some(
    ({ milliseconds }, lane) => milliseconds > MOST_TIMES_MEDIAN * median(rounds.map((round) => round[lane]!.milliseconds)),
  );
  return isOutlier ? "outlier" : undefined;
}
