import type { TokenId } from "@decodekit/core";
import type { Cell, CellState, Proposer, UndoneToken } from "./cell.ts";

/** The pass that the current events follow: its number, from 1, and its model and phase. */
export interface Moment {
  readonly passes: number;
  readonly by: Proposer;
}

/** A final token. */
interface CommittedToken {
  readonly token: TokenId;
  readonly probability: number | undefined;
  /** For a token of the accepted path of a draft tree: when the tree was proposed. Perhaps another of its chains was shown. */
  readonly draftedAt: Moment | undefined;
}

interface VerifiedDraft {
  readonly drafted: number;
  readonly accepted: number;
  readonly path: readonly TokenId[] | undefined;
}

/** The positions of a lane while its events are folded. Position 0 is the first after the prompt. */
export interface CellBoard {
  /** Every state that any position has had so far. */
  readonly seen: ReadonlySet<CellState>;
  readonly cells: (Cell | undefined)[];
  readonly undone: Map<number, UndoneToken[]>;
  /** Sets a token that the visitor chose before the run. */
  readonly force: (position: number, token: TokenId) => void;
  readonly propose: (position: number, token: TokenId, probability: number | undefined, moment: Moment) => void;
  /**
   * Marks the `drafted` tokens from `start`: the first `accepted` as accepted, the others as rejected. `path` are the accepted tokens, if they
   * are known: those of a tree may be others than the shown ones.
   */
  readonly verify: (start: number, draft: VerifiedDraft, passes: number) => void;
  readonly commit: (position: number, committed: CommittedToken, moment: Moment) => void;
  /** Takes back all tokens from position `end`. */
  readonly withdrawFrom: (end: number, passes: number) => void;
}

/** Makes an empty board. Proposals at or after `positions` are not shown. */
export function cellBoard(maskTokenId: TokenId | undefined, positions = Infinity): CellBoard {
  const cells: (Cell | undefined)[] = [];
  const undone = new Map<number, UndoneToken[]>();
  const seen = new Set<CellState>();

  const set = (position: number, cell: Cell): void => {
    cells[position] = cell;
    seen.add(cell.state);
  };
  const undo = (position: number, passes: number): void => {
    const cell = cells[position];
    if (!isShown(cell)) return;
    const { token, pass, by, probability } = cell;
    const list = undone.get(position) ?? [];
    list.push({ token, pass, by, probability, why: isDraft(cell) ? "rejected" : "replaced", undoneAtPass: passes });
    undone.set(position, list);
  };

  return {
    cells,
    undone,
    seen,
    force(position, token) {
      set(position, {
        token,
        state: "forced",
        isFinal: true,
        pass: 0,
        by: { model: "none", phase: "forced" },
        probability: undefined,
        changedAt: 0,
      });
    },
    propose(position, token, probability, { passes, by }) {
      if (position >= positions) return;
      const before = cells[position];
      if (before?.token === token && before.state !== "rejected") return;
      if (isShown(before)) undo(position, passes);
      const wasReplaced = undone.get(position)?.some(({ why }) => why === "replaced") ?? false;
      const isRefining = by.phase === "refine" || before?.state === "masked";
      const state: CellState =
        token === maskTokenId ? "masked" : !isRefining ? "proposed" : isShown(before) || wasReplaced ? "revised" : "revealed";
      const shown = state === "masked" ? undefined : probability;
      set(position, { token, state, isFinal: false, pass: passes, by, probability: shown, changedAt: passes });
    },
    verify(start, { drafted, accepted, path }, passes) {
      let isOnPath = true;
      for (let offset = 0; offset < drafted; offset++) {
        const cell = cells[start + offset];
        if (!cell) continue;
        isOnPath &&= offset < accepted && (path?.[offset] ?? cell.token) === cell.token;
        set(start + offset, { ...cell, state: isOnPath ? "accepted" : "rejected", changedAt: passes });
      }
    },
    commit(position, { token, probability, draftedAt }, { passes, by }) {
      const before = cells[position];
      if (isShown(before) && before.token === token && before.state !== "rejected") {
        const state = before.state === "proposed" ? "plain" : before.state;
        set(position, { ...before, state, isFinal: true, probability: probability ?? before.probability, changedAt: passes });
        return;
      }
      undo(position, passes);
      if (draftedAt) {
        const { passes: pass, by: drafter } = draftedAt;
        set(position, { token, state: "accepted", isFinal: true, pass, by: drafter, probability, changedAt: passes });
        return;
      }
      const state: CellState = !isShown(before) ? "plain" : isDraft(before) ? "corrected" : "revised";
      set(position, { token, state, isFinal: true, pass: passes, by, probability, changedAt: passes });
    },
    withdrawFrom(end, passes) {
      for (let position = end; position < cells.length; position++) undo(position, passes);
      cells.length = Math.min(cells.length, end);
    },
  };
}

function isShown(cell: Cell | undefined): cell is Cell {
  return cell !== undefined && cell.state !== "masked";
}

/** Whether the token was verified as part of a draft. */
function isDraft({ state }: Cell): boolean {
  return state === "rejected" || state === "accepted";
}
