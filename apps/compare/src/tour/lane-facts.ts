import { compareOutputs, figuresOf } from "../lab/lane-figures.ts";
import type { FinishReason } from "@decodekit/core";
import type { LaneState } from "../trace/fold.ts";
import type { Trace } from "../trace/trace.ts";

/** The facts that the sentences of a scene use, counted from the shown run. */
export interface LaneFacts {
  /** The output, with the tokens that it was given to start with. */
  readonly text: string;
  readonly tokens: number;
  readonly promptTokens: number;
  /** Passes of the model, including those in which it drafts for itself. */
  readonly passes: number;
  /** The drafting passes among `passes`. */
  readonly draftingPasses: number;
  readonly drafted: number;
  readonly accepted: number;
  readonly revisions: number;
  /** Whether the output equals that of the first lane. */
  readonly sameAsFirst: boolean;
  /** Mean of -ln p under the model itself, if the lane was scored. */
  readonly nats: number | undefined;
  readonly finishReason: FinishReason;
}

/** Returns the facts of each lane; undefined until every lane is shown to its end. */
export function factsOf(trace: Trace, states: readonly LaneState[]): readonly LaneFacts[] | undefined {
  if (states.length === 0 || states.some(({ finishReason }) => finishReason === undefined)) return undefined;
  return trace.lanes.map((lane, index) => {
    const state = states[index]!;
    const { passes, draftingPasses, tokens, revisions, nats } = figuresOf(lane, state, true);
    const { drafted, accepted } = state.statistics;
    const start = (lane.start ?? []).map((token) => trace.vocabulary.get(token) ?? "").join("");
    const text = start + (lane.result?.text ?? "");
    const sameAsFirst = compareOutputs(states[0]!, state).differsAt === undefined;
    const promptTokens = trace.promptTokens.length;
    const finishReason = state.finishReason!;
    return { text, tokens, promptTokens, passes, draftingPasses, drafted, accepted, revisions, sameAsFirst, nats, finishReason };
  });
}
