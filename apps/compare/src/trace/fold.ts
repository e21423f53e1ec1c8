import {
  countStatistics,
  type DecodeEvent,
  type DecodeStatistics,
  type FinishReason,
  type ForwardPhase,
  type TokenId,
} from "@decodekit/core";
import { type CellBoard, cellBoard, type Moment } from "./cell-board.ts";
import type { Cell, Proposer, UndoneToken } from "./cell.ts";
import type { TracedEvent } from "./trace.ts";

interface DraftOutcomes {
  /** By position in the draft: number of tokens drafted there. */
  readonly drafted: readonly number[];
  /** By position in the draft: number of tokens accepted there. */
  readonly accepted: readonly number[];
}

/** A lane after some of its events. */
export interface LaneState {
  /** By output position; undefined or a hole if nothing is shown. */
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
  /** Number of events to fold. @defaultValue all */
  readonly count?: number | undefined;
  /** Number of output positions; later proposals, such as the text after a gap, are not output. @defaultValue no limit */
  readonly positions?: number | undefined;
}

/** Folds the events of a lane into its state. A pure function: seeking folds from the start. */
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
  /** Attributes proposals until the next pass to a drafter without a model. */
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
      for (let offset = 0; offset < event.drafted; offset++) {
        drafted[offset] = (drafted[offset] ?? 0) + 1;
        accepted[offset] = (accepted[offset] ?? 0) + (offset < event.accepted ? 1 : 0);
      }
    },
    end: () => void (by = lookup),
    moment: () => ({ passes, by }),
    totals: () => ({ passes, millisecondsByPhase, drafts: { drafted, accepted } }),
  };
}
