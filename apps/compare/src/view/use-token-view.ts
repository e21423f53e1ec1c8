import { useLayoutEffect, useRef } from "preact/hooks";
import { laneDifferences } from "../lab/differences.ts";
import { hovered, selection } from "../lab/state.ts";
import type { LaneState } from "../trace/fold.ts";
import { type GridPlace, type PuzzleMarks, type TokenView, tokenView } from "./token-view.ts";

export interface ShownTokens {
  readonly lane: number;
  readonly laneCount: number;
  readonly label: string;
  readonly state: LaneState;
  readonly vocabulary: ReadonlyMap<number, string>;
  readonly isBusy: boolean;
  readonly ahead: readonly number[];
  readonly aheadUndone: LaneState["undone"];
  /** The layout of positions in the grid; absent for flowing text. */
  readonly grid?: GridPlace | undefined;
  /** Of a Sudoku, which is marked in place of what differs from other lanes. */
  readonly puzzle?: PuzzleMarks | undefined;
}

/**
 * Returns the props that make an element the list of a lane's tokens. The list is one tab stop. Arrow keys move from token to token and, at
 * the same position, from lane to lane.
 */
export function useTokenView({ lane, laneCount, label, state, vocabulary, isBusy, ahead, aheadUndone, grid, puzzle }: ShownTokens) {
  const root = useRef<HTMLDivElement>(null);
  const view = useRef<TokenView>(undefined);
  const selected = selection.value?.lane === lane ? selection.value.position : undefined;

  const differs = puzzle ? undefined : laneDifferences.value[lane]?.parts;

  useLayoutEffect(() => {
    view.current ??= tokenView(root.current!, `token-${lane}`);
    view.current.update({ state, vocabulary, selected, hovered: hovered.value, ahead, aheadUndone, grid, differs, puzzle });
  }, [lane, state, vocabulary, vocabulary.size, selected, hovered.value, ahead, aheadUndone, grid, differs, puzzle]);

  const choose = (position: number | undefined): void => {
    if (position !== undefined) selection.value = { lane, position };
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const last = state.cells.length - 1;
    const at = selected ?? -1;
    const moves: Readonly<Record<string, number>> = {
      ArrowRight: Math.min(at + 1, last),
      ArrowLeft: Math.max(at - 1, 0),
      Home: 0,
      End: last,
    };
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (step !== undefined) moveToLane((lane + step + laneCount) % laneCount, Math.max(at, 0));
    else if (moves[event.key] !== undefined && last >= 0) choose(moves[event.key]);
    else if (event.key === "Escape" && selected !== undefined) selection.value = undefined;
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return {
    ref: root,
    id: `tokens-${lane}`,
    role: "listbox",
    tabIndex: 0,
    "aria-label": label,
    "aria-busy": isBusy,
    onKeyDown,
    onClick: (event: Event) => choose(view.current?.positionOf(event.target)),
    onPointerOver: (event: Event) => (hovered.value = view.current?.positionOf(event.target)),
    onPointerLeave: () => (hovered.value = undefined),
  } as const;
}

/** Selects a token of a lane, and gives its tokens the focus. */
export function moveToLane(lane: number, position: number): void {
  selection.value = { lane, position };
  document.getElementById(`tokens-${lane}`)?.focus();
}
