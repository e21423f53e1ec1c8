import { compareOutputs, figuresOf } from "../lab/lane-figures.ts";
import type { LaneState } from "../trace/fold.ts";
import type { Trace } from "../trace/trace.ts";

/** The facts that the sentences of a scene use, counted from the shown run. */
export interface LaneFacts {
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
}

/** Returns the facts of each lane; undefined until every lane is shown to its end. */
export function factsOf(trace: Trace, states: readonly LaneState[]): readonly LaneFacts[] | undefined {
  if (states.length === 0 || states.some(({ finishReason }) => finishReason === undefined)) return undefined;
  return trace.lanes.map((lane, index) => {
    const state = states[index]!;
    const { passes, draftingPasses, tokens, revisions, nats } = figuresOf(lane, state, true);
    const { drafted, accepted } = state.statistics;
    const text = lane.result?.text ?? "";
    const sameAsFirst = compareOutputs(states[0]!, state).differsAt === undefined;
    const promptTokens = trace.promptTokens.length;
    return { text, tokens, promptTokens, passes, draftingPasses, drafted, accepted, revisions, sameAsFirst, nats };
  });
}
