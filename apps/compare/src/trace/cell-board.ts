import type { TokenId } from "@decodekit/core";
import type { Cell, CellState, Proposer, UndoneToken } from "./cell.ts";

/** The pass that the current events follow: its number, from 1, and its model and phase. */
export interface Moment {
  readonly passes: number;
  readonly by: Proposer;
}

/** The positions of a lane while its events are folded. Position 0 is the first after the prompt. */
export interface CellBoard {
  readonly cells: (Cell | undefined)[];
  readonly undone: Map<number, UndoneToken[]>;
  readonly propose: (position: number, token: TokenId, probability: number | undefined, moment: Moment) => void;
  /** Marks the `drafted` tokens from `start`: the first `accepted` as accepted, the others as rejected. */
  readonly verify: (start: number, drafted: number, accepted: number) => void;
  readonly commit: (position: number, token: TokenId, probability: number | undefined, moment: Moment) => void;
  /** Takes back all tokens from position `end`. */
  readonly withdrawFrom: (end: number, passes: number) => void;
}

/** Makes an empty board. Proposals at or after `positions` are not shown. */
export function cellBoard(maskTokenId: TokenId | undefined, positions = Infinity): CellBoard {
  const cells: (Cell | undefined)[] = [];
  const undone = new Map<number, UndoneToken[]>();

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
    propose(position, token, probability, { passes, by }) {
      if (position >= positions) return;
      const before = cells[position];
      if (before?.token === token && before.state !== "rejected") return;
      if (isShown(before)) undo(position, passes);
      const wasReplaced = undone.get(position)?.some(({ why }) => why === "replaced") ?? false;
      const isRefining = by.phase === "refine" || before?.state === "masked";
      const state: CellState =
        token === maskTokenId ? "masked" : !isRefining ? "proposed" : isShown(before) || wasReplaced ? "revised" : "revealed";
      cells[position] = { token, state, isFinal: false, pass: passes, by, probability: state === "masked" ? undefined : probability };
    },
    verify(start, drafted, accepted) {
      for (let offset = 0; offset < drafted; offset++) {
        const cell = cells[start + offset];
        if (cell) cells[start + offset] = { ...cell, state: offset < accepted ? "accepted" : "rejected" };
      }
    },
    commit(position, token, probability, { passes, by }) {
      const before = cells[position];
      if (isShown(before) && before.token === token && before.state !== "rejected") {
        const state = before.state === "proposed" ? "plain" : before.state;
        cells[position] = { ...before, state, isFinal: true, probability: probability ?? before.probability };
        return;
      }
      undo(position, passes);
      const state: CellState = !isShown(before) ? "plain" : isDraft(before) ? "corrected" : "revised";
      cells[position] = { token, state, isFinal: true, pass: passes, by, probability };
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

/** Whether the token was verified as part of a draft. Only one chain of a draft tree is shown, so the committed token may differ. */
function isDraft({ state }: Cell): boolean {
  return state === "rejected" || state === "accepted";
}
