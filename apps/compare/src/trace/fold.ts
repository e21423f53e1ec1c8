import {
  countStatistics,
  type DecodeEvent,
  type DecodeStatistics,
  type FinishReason,
  type ForwardPhase,
  type ModelRole,
  type TokenId,
} from "@decodekit/core";
import { type CellBoard, cellBoard, type Moment } from "./cell-board.ts";
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

interface DraftOutcomes {
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

const lookup: Proposer = { model: "none", phase: "lookup" };

interface FoldOptions {
  /** How many of the events. @defaultValue all */
  readonly count?: number | undefined;
  /** Positions that can be written; what a decoder shows behind them, as the text after a gap, is not its output. @defaultValue any */
  readonly positions?: number | undefined;
}

/** Folds the events of a lane into what they made of it. A pure function: seeking folds from the start. */
export function foldLane(
  events: readonly TracedEvent[],
  maskTokenId: TokenId | undefined,
  { count = events.length, positions }: FoldOptions = {},
): LaneState {
  const board = cellBoard(maskTokenId, positions);
  const counter = countStatistics({ maskTokenId });
  const passes = passCounter();
  let promptLength = 0;
  let milliseconds = 0;
  let finishReason: FinishReason | undefined;
  for (const { event, milliseconds: now } of events.slice(0, count)) {
    counter.add(event, now - milliseconds);
    milliseconds = now;
    if (event.type === "decode-start") ({ promptLength } = event);
    if (event.type === "decode-end") ({ finishReason } = event);
    passes.add(event);
    applyToBoard(board, event, { promptLength, moment: passes.moment() });
    if (event.type === "tokens-commit") passes.end();
  }
  const { cells, undone } = board;
  return { cells, undone, milliseconds, ...passes.totals(), statistics: counter.statistics(), finishReason };
}

function applyToBoard(
  board: CellBoard,
  event: DecodeEvent,
  { promptLength, moment }: { readonly promptLength: number; readonly moment: Moment },
): void {
  if (event.type === "draft-verify") board.verify(event.start - promptLength, event.drafted, event.accepted);
  if (event.type === "tokens-propose") {
    const start = event.start - promptLength;
    for (const [offset, token] of event.tokens.entries()) board.propose(start + offset, token, event.probabilities?.[offset], moment);
  }
  if (event.type === "tokens-commit") {
    const start = event.start - promptLength;
    for (const [offset, token] of event.tokens.entries()) {
      const logProbability = event.logProbabilities?.[offset];
      board.commit(start + offset, token, logProbability === undefined ? undefined : Math.exp(logProbability), moment);
    }
    board.withdrawFrom(start + event.tokens.length, moment.passes);
  }
}

interface PassCounter {
  readonly add: (event: DecodeEvent) => void;
  /** Whatever is proposed from now until the next pass was not said by a model. */
  readonly end: () => void;
  readonly moment: () => Moment;
  readonly totals: () => Pick<LaneState, "passes" | "millisecondsByPhase" | "drafts">;
}

function passCounter(): PassCounter {
  const millisecondsByPhase: Record<ForwardPhase, number> = { prefill: 0, decode: 0, draft: 0, verify: 0, refine: 0 };
  const drafted: number[] = [];
  const accepted: number[] = [];
  let passes = 0;
  let by = lookup;
  return {
    add(event) {
      if (event.type === "forward-end") {
        passes++;
        by = { model: event.model, phase: event.phase };
        millisecondsByPhase[event.phase] += event.milliseconds;
      }
      if (event.type !== "draft-verify") return;
      for (let place = 0; place < event.drafted; place++) {
        drafted[place] = (drafted[place] ?? 0) + 1;
        accepted[place] = (accepted[place] ?? 0) + (place < event.accepted ? 1 : 0);
      }
    },
    end: () => void (by = lookup),
    moment: () => ({ passes, by }),
    totals: () => ({ passes, millisecondsByPhase, drafts: { drafted, accepted } }),
  };
}
