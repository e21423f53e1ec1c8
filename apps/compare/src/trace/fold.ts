import { countStatistics, type DecodeStatistics, type FinishReason, type ForwardPhase, type ModelRole, type TokenId } from "@decodekit/core";
import type { TracedEvent } from "./trace.ts";

/**
 * What became of a position. Undecided: "masked", "proposed", "revealed", "accepted", "rejected". Final: "plain" (said by
 * the model itself), "accepted" (a draft that stood), "corrected" (in place of a rejected draft), "revealed" (uncovered by
 * refinement) and "revised" (replaced after it had been shown).
 */
export type CellState = "masked" | "proposed" | "accepted" | "rejected" | "plain" | "corrected" | "revealed" | "revised";

/** Who said a token: a model in some phase, or a drafter that asked no model. */
export interface Proposer {
  readonly model: ModelRole | "none";
  readonly phase: ForwardPhase | "lookup";
}

export interface Cell {
  readonly token: TokenId;
  readonly state: CellState;
  readonly isFinal: boolean;
  /** Number of the pass, from 1, after which the token came. */
  readonly pass: number;
  readonly by: Proposer;
  /** As the proposer or the decoder gave it. */
  readonly probability: number | undefined;
}

/** A token that had been shown at a position and was taken back. */
export interface UndoneToken extends Omit<Cell, "state" | "isFinal"> {
  readonly why: "rejected" | "replaced";
  readonly undoneAtPass: number;
}

export interface DraftOutcomes {
  /** By place in the draft: how often a token was drafted there, and how often it stood. */
  readonly drafted: readonly number[];
  readonly accepted: readonly number[];
}

/** A lane after some of its events. */
export interface LaneState {
  /** By output position; holes where nothing is shown. */
  readonly cells: readonly (Cell | undefined)[];
  /** By output position, oldest first. */
  readonly undone: ReadonlyMap<number, readonly UndoneToken[]>;
  /** Passes so far, of all models. */
  readonly passes: number;
  readonly milliseconds: number;
  readonly millisecondsByPhase: Readonly<Record<ForwardPhase, number>>;
  readonly drafts: DraftOutcomes;
  readonly statistics: DecodeStatistics;
  readonly finishReason: FinishReason | undefined;
}

/** Folds the first `count` events of a lane into what they made of it. A pure function: seeking folds from the start. */
export function foldLane(events: readonly TracedEvent[], maskTokenId: TokenId | undefined, count: number = events.length): LaneState {
  const cells: (Cell | undefined)[] = [];
  const undone = new Map<number, UndoneToken[]>();
  const counter = countStatistics({ maskTokenId });
  const millisecondsByPhase: Record<ForwardPhase, number> = { prefill: 0, decode: 0, draft: 0, verify: 0, refine: 0 };
  const drafted: number[] = [];
  const accepted: number[] = [];
  let promptLength = 0;
  let passes = 0;
  let milliseconds = 0;
  let by: Proposer | undefined;
  let finishReason: FinishReason | undefined;

  const undo = (position: number, why: UndoneToken["why"]): void => {
    const cell = cells[position];
    if (!cell || cell.state === "masked") return;
    const { token, pass, by: proposer, probability } = cell;
    const list = undone.get(position) ?? [];
    list.push({ token, pass, by: proposer, probability, why, undoneAtPass: passes });
    undone.set(position, list);
  };

  const propose = (position: number, token: TokenId, probability: number | undefined): void => {
    const before = cells[position];
    if (before?.token === token && before.state !== "rejected") {
      if (probability !== undefined) cells[position] = { ...before, probability: before.state === "masked" ? undefined : before.probability };
      return;
    }
    const isMask = token === maskTokenId;
    const wasShown = before !== undefined && before.state !== "masked";
    if (wasShown) undo(position, before.state === "rejected" ? "rejected" : "replaced");
    const wasUndone = undone.get(position)?.some(({ why }) => why === "replaced") ?? false;
    const refining = by?.phase === "refine" || before?.state === "masked";
    const state: CellState = isMask ? "masked" : !refining ? "proposed" : wasShown || wasUndone ? "revised" : "revealed";
    cells[position] = { token, state, isFinal: false, pass: passes, by: by ?? lookup, probability: isMask ? undefined : probability };
  };

  const verify = (start: number, draftedCount: number, acceptedCount: number): void => {
    for (let place = 0; place < draftedCount; place++) {
      drafted[place] = (drafted[place] ?? 0) + 1;
      if (place < acceptedCount) accepted[place] = (accepted[place] ?? 0) + 1;
      const cell = cells[start + place];
      if (cell) cells[start + place] = { ...cell, state: place < acceptedCount ? "accepted" : "rejected" };
    }
  };

  const commit = (position: number, token: TokenId, logProbability: number | undefined): void => {
    const before = cells[position];
    const probability = logProbability === undefined ? before?.probability : Math.exp(logProbability);
    if (before?.token === token && before.state !== "masked" && before.state !== "rejected") {
      cells[position] = { ...before, state: before.state === "proposed" ? "plain" : before.state, isFinal: true, probability };
      return;
    }
    const wasShown = before !== undefined && before.state !== "masked";
    // A tree is shown as one chain of it: what stands may be another.
    const wasDraft = before?.state === "rejected" || before?.state === "accepted";
    if (wasShown) undo(position, wasDraft ? "rejected" : "replaced");
    const state: CellState = !wasShown ? "plain" : wasDraft ? "corrected" : "revised";
    const shown = logProbability === undefined ? undefined : probability;
    cells[position] = { token, state, isFinal: true, pass: passes, by: by ?? lookup, probability: shown };
  };

  const withdrawAfter = (end: number): void => {
    for (let position = end; position < cells.length; position++) undo(position, cells[position]?.state === "rejected" ? "rejected" : "replaced");
    cells.length = Math.min(cells.length, end);
  };

  for (let index = 0; index < count; index++) {
    const { event, milliseconds: now } = events[index]!;
    counter.add(event, now - milliseconds);
    milliseconds = now;
    switch (event.type) {
      case "decode-start":
        ({ promptLength } = event);
        break;
      case "forward-end":
        passes++;
        by = { model: event.model, phase: event.phase };
        millisecondsByPhase[event.phase] += event.milliseconds;
        break;
      case "tokens-propose": {
        const start = event.start - promptLength;
        for (const [offset, token] of event.tokens.entries()) propose(start + offset, token, event.probabilities?.[offset]);
        break;
      }
      case "draft-verify":
        verify(event.start - promptLength, event.drafted, event.accepted);
        break;
      case "tokens-commit": {
        const start = event.start - promptLength;
        for (const [offset, token] of event.tokens.entries()) commit(start + offset, token, event.logProbabilities?.[offset]);
        withdrawAfter(start + event.tokens.length);
        // Whatever is proposed before the next pass was not said by a model.
        by = undefined;
        break;
      }
      case "decode-end":
        ({ finishReason } = event);
        break;
      default:
        event satisfies never;
    }
  }
  const drafts = { drafted, accepted: drafted.map((_, place) => accepted[place] ?? 0) };
  return { cells, undone, passes, milliseconds, millisecondsByPhase, drafts, statistics: counter.statistics(), finishReason };
}

const lookup: Proposer = { model: "none", phase: "lookup" };
