import {
  countStatistics,
  type DecodeEvent,
  type DecodeStatistics,
  type FinishReason,
  type ForwardPhase,
  type TokenId,
} from "@decodekit/core";
import { type CellBoard, cellBoard, type Moment } from "./cell-board.ts";
import type { Cell, CellState, Proposer, UndoneToken } from "./cell.ts";
import { acceptedTokens, type ReadTree, type TreeRecord, treeRecord } from "./read-trees.ts";
import type { TracedEvent } from "./trace.ts";

interface DraftOutcomes {
  /** By position in the draft: number of drafts, chains or trees, that have tokens there. */
  readonly drafted: readonly number[];
  /** By position in the draft: number of drafts of which a token was accepted there. */
  readonly accepted: readonly number[];
}

/** A lane after some of its events. */
export interface LaneState {
  /** By output position; undefined or a hole if nothing is shown. */
  readonly cells: readonly (Cell | undefined)[];
  /** By output position, oldest first. */
  readonly undone: ReadonlyMap<number, readonly UndoneToken[]>;
  /** Every state that any position has had so far. */
  readonly seen: ReadonlySet<CellState>;
  /** By output position: the draft tree that was read for it, if its decoder reads trees. */
  readonly trees: ReadonlyMap<number, ReadTree>;
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
  /** Tokens that the output starts with, before those of the events. @defaultValue none */
  readonly start?: readonly TokenId[] | undefined;
}

/** Folds the events of a lane into its state. A pure function: seeking folds from the start. */
export function foldLane(
  events: readonly TracedEvent[],
  maskTokenId: TokenId | undefined,
  { count = events.length, positions, start = [] }: FoldOptions = {},
): LaneState {
  const board = cellBoard(maskTokenId, positions);
  for (const [position, token] of start.entries()) board.force(position, token);
  const counter = countStatistics({ maskTokenId });
  const passes = passCounter();
  const trees = treeRecord();
  let promptLength = 0;
  let milliseconds = 0;
  let finishReason: FinishReason | undefined;
  for (const [index, { event, milliseconds: now }] of events.slice(0, count).entries()) {
    counter.add(event, now - milliseconds);
    milliseconds = now;
    // To the decoder, the forced tokens are the end of the prompt.
    if (event.type === "decode-start") promptLength = event.promptLength - start.length;
    if (event.type === "decode-end") ({ finishReason } = event);
    passes.add(event, trees.maxDepth());
    applyToBoard(board, event, { promptLength, moment: passes.moment(), trees, path: acceptedTokens(events, index) });
    if (event.type === "tokens-commit") passes.end();
  }
  const { cells, undone, seen } = board;
  return { cells, undone, seen, trees: trees.trees, milliseconds, ...passes.totals(), statistics: counter.statistics(), finishReason };
}

interface Place {
  readonly promptLength: number;
  readonly moment: Moment;
  readonly trees: TreeRecord;
  /** The accepted tokens of the draft that the event verified, if they are known. */
  readonly path: readonly TokenId[] | undefined;
}

function applyToBoard(board: CellBoard, event: DecodeEvent, { promptLength, moment, trees, path }: Place): void {
  if (event.type === "draft-verify") {
    board.verify(event.start - promptLength, { ...event, path }, moment.passes);
    if (path) trees.verify(path, moment.passes);
  }
  if (event.type === "tokens-propose") {
    const start = event.start - promptLength;
    for (const [offset, token] of event.tokens.entries()) board.propose(start + offset, token, event.probabilities?.[offset], moment);
    trees.propose(event.tree && { start, tree: event.tree, proposed: moment }, event.tokens.length);
  }
  if (event.type === "tokens-withdraw") board.withdrawFrom(event.start - promptLength, moment.passes);
  if (event.type === "tokens-commit") {
    const start = event.start - promptLength;
    const tree = trees.verified();
    for (const [offset, token] of event.tokens.entries()) {
      const logProbability = event.logProbabilities?.[offset];
      const probability = logProbability === undefined ? undefined : Math.exp(logProbability);
      const draftedAt = offset < (tree?.accepted?.length ?? 0) ? tree?.proposed : undefined;
      board.commit(start + offset, { token, probability, draftedAt }, moment);
    }
    board.withdrawFrom(start + event.tokens.length, moment.passes);
    trees.commit([...event.tokens]);
  }
}

interface PassCounter {
  /** `treeDepth` is the length of the longest path of the draft tree that is being verified, if it is one. */
  readonly add: (event: DecodeEvent, treeDepth: number | undefined) => void;
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
    add(event, treeDepth) {
      if (event.type === "forward-end") {
        passes++;
        by = { model: event.model, phase: event.phase };
        millisecondsByPhase[event.phase] += event.milliseconds;
      }
      if (event.type !== "draft-verify") return;
      for (let offset = 0; offset < (treeDepth ?? event.drafted); offset++) {
        drafted[offset] = (drafted[offset] ?? 0) + 1;
        accepted[offset] = (accepted[offset] ?? 0) + (offset < event.accepted ? 1 : 0);
      }
    },
    end: () => void (by = lookup),
    moment: () => ({ passes, by }),
    totals: () => ({ passes, millisecondsByPhase, drafts: { drafted, accepted } }),
  };
}
