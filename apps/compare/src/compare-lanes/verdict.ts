import type { TokenId } from "@decodekit/core";
import { gapOf } from "../lab/infill-plugin.ts";
import { figuresOf, finalTokens } from "../lab/lane-figures.ts";
import type { LaneState } from "../trace/fold.ts";
import type { LaneTrace, Trace } from "../trace/trace.ts";
import { cluesOf, conflictsIn } from "./sudoku.ts";

/** What a lane took, as counted from its events. */
export interface LaneOutcome {
  readonly lane: number;
  readonly tokens: number;
  /** Passes of the model, including those in which it drafts for itself. */
  readonly passes: number;
  /** Passes of a draft model; `passes` excludes them. */
  readonly draftModelPasses: number;
  /** Of this one run, prefill included. */
  readonly milliseconds: number;
}

/** How the text of a lane relates to that of the first lane. */
type TextRelation =
  | { readonly kind: "same" }
  /** `here` and `first` are the tokens of both at the first difference; undefined where a text has ended. */
  | { readonly kind: "parts"; readonly position: number; readonly here: TokenId | undefined; readonly first: TokenId | undefined }
  /** One of the two fills a gap, so their texts have other ends: the first lane, or this one. */
  | { readonly kind: "gap"; readonly isFirst: boolean };

export interface ComparedOutcome extends LaneOutcome {
  readonly text: TextRelation;
  /** Its time over that of the first lane: of the whole run, or per token if the lengths differ. Undefined if no time was recorded. */
  readonly timeRatio: number | undefined;
}

export interface Verdict {
  readonly first: LaneOutcome;
  readonly others: readonly ComparedOutcome[];
  /** For a Sudoku: number of conflicting cells of each lane, undefined for a grid that is not full. */
  readonly sudoku: readonly (number | undefined)[] | undefined;
}

/**
 * Returns what a run shows once all of its lanes are shown to their ends. Undefined before that, for a single lane, and if a lane failed or
 * was stopped.
 */
export function verdictOf(shown: Trace, states: readonly LaneState[]): Verdict | undefined {
  const { lanes, prompt } = shown;
  const [first, ...others] = lanes.map((lane, index) => ({ trace: lane, state: states[index], index }));
  if (!first || others.length === 0 || lanes.some((lane, index) => !hasEnded(lane, states[index]))) return undefined;
  const firstOutcome = outcomeOf(first.trace, first.state!, 0);
  const clues = cluesOf(prompt);
  return {
    first: firstOutcome,
    others: others.map(({ trace, state, index }) => {
      const outcome = outcomeOf(trace, state!, index);
      return {
        ...outcome,
        text: relationOf({ trace, state: state! }, { trace: first.trace, state: first.state! }),
        timeRatio: timeRatio(outcome, firstOutcome),
      };
    }),
    sudoku: clues === undefined ? undefined : states.map((state) => conflictsOf(clues, state, shown)),
  };
}

function hasEnded({ error }: LaneTrace, state: LaneState | undefined): boolean {
  return error === undefined && state?.finishReason !== undefined && state.finishReason !== "abort";
}

function outcomeOf(trace: LaneTrace, state: LaneState, lane: number): LaneOutcome {
  const { tokens, passes, draftModelPasses } = figuresOf(trace, state, true);
  return { lane, tokens, passes, draftModelPasses, milliseconds: state.milliseconds };
}

interface EndedLane {
  readonly trace: LaneTrace;
  readonly state: LaneState;
}

function relationOf(lane: EndedLane, firstLane: EndedLane): TextRelation {
  const isFirst = gapOf(firstLane.trace) !== undefined;
  if ((gapOf(lane.trace) !== undefined) !== isFirst) return { kind: "gap", isFirst };
  const [first, here] = [finalTokens(firstLane.state), finalTokens(lane.state)];
  const length = Math.max(first.length, here.length);
  for (let position = 0; position < length; position++)
    if (first[position] !== here[position]) return { kind: "parts", position, here: here[position], first: first[position] };
  return { kind: "same" };
}

function timeRatio(outcome: LaneOutcome, first: LaneOutcome): number | undefined {
  const isPerToken = outcome.tokens !== first.tokens;
  const timeOf = ({ milliseconds, tokens }: LaneOutcome): number => (isPerToken ? milliseconds / tokens : milliseconds);
  const ratio = timeOf(outcome) / timeOf(first);
  return Number.isFinite(ratio) && ratio > 0 ? ratio : undefined;
}

function conflictsOf(clues: string, { cells }: LaneState, { vocabulary }: Trace): number | undefined {
  const isFull = cells.length === clues.length && cells.every((cell) => /^[1-6]$/.test(vocabulary.get(cell?.token ?? -1) ?? ""));
  return isFull ? conflictsIn(clues, cells, vocabulary).length : undefined;
}
