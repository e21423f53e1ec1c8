import { natsPerToken } from "./score-tokens.ts";
import type { LaneState } from "../trace/fold.ts";
import type { LaneTrace } from "../trace/trace.ts";

/** The figures of a lane, as the command `decodekit compare` counts them. */
export interface LaneFigures {
  /** Passes of the model, including those in which it drafts for itself. */
  readonly passes: number;
  /** The drafting passes among `passes`. */
  readonly draftingPasses: number;
  /** Passes of a draft model; `passes` excludes them. */
  readonly draftModelPasses: number;
  readonly tokens: number;
  readonly perPass: number | undefined;
  /** Accepted over drafted tokens, in [0, 1]; undefined without drafts. */
  readonly acceptance: number | undefined;
  readonly revisions: number;
  readonly tokensPerSecond: number | undefined;
  readonly firstTokenMilliseconds: number | undefined;
  readonly nats: number | undefined;
}

/**
 * Returns the figures of a lane. `isComplete` means that the lane is shown to its end: the statistics of its result and its scores are
 * used.
 */
export function figuresOf({ result, scores, start = [] }: LaneTrace, state: LaneState, isComplete: boolean): LaneFigures {
  const statistics = isComplete && result ? result.statistics : state.statistics;
  const { targetPasses: passes, passesByModel } = statistics;
  return {
    passes,
    draftingPasses: passesByModel.causal.draft + passesByModel.masked.draft,
    draftModelPasses: Object.values(passesByModel.draft).reduce((sum, count) => sum + count, 0),
    tokens: statistics.tokens,
    perPass: passes > 0 ? statistics.tokens / passes : undefined,
    acceptance: statistics.drafted > 0 ? statistics.accepted / statistics.drafted : undefined,
    revisions: statistics.revisions,
    tokensPerSecond: statistics.tokensPerSecond,
    firstTokenMilliseconds: statistics.timeToFirstTokenMilliseconds,
    nats: isComplete && scores ? natsPerToken(scores.slice(start.length)) : undefined,
  };
}

/** Returns the final tokens: those that the output was given to start with, and those that were committed. */
export function outputOf({ start = [], events }: Pick<LaneTrace, "start" | "events">): readonly number[] {
  const committed = events.flatMap(({ event }) => (event.type === "tokens-commit" ? [...event.tokens] : []));
  return [...start, ...committed];
}

/** Compares the final tokens of two lanes: the first output position at which they differ, and the number of positions compared. */
export function compareOutputs(a: LaneState, b: LaneState): { readonly differsAt: number | undefined; readonly common: number } {
  const [first, second] = [finalTokens(a), finalTokens(b)];
  const common = Math.min(first.length, second.length);
  for (let position = 0; position < common; position++) if (first[position] !== second[position]) return { differsAt: position, common };
  const bothEnded = a.finishReason !== undefined && b.finishReason !== undefined;
  return { differsAt: bothEnded && first.length !== second.length ? common : undefined, common };
}

export function finalTokens({ cells }: LaneState): number[] {
  const end = cells.findIndex((cell) => !cell?.isFinal);
  return cells.slice(0, end < 0 ? cells.length : end).map((cell) => cell!.token);
}
