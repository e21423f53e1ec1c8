import { useMemo } from "preact/hooks";
import { conflictsIn } from "../compare-lanes/sudoku.ts";
import { texts } from "../texts/texts.ts";
import { type ShownTokens, useTokenView } from "./use-token-view.ts";

const SQUARE = { columns: 6, rowsPerBand: 1, row: 1 };

/** A Sudoku and its answer in one square: the answer lies over the clues, and digits that cannot be right together are marked. */
export function SudokuSquare({ clues, ...shown }: ShownTokens & { readonly clues: string }) {
  const { cells } = shown.state;
  const given = useMemo(() => new Set(Array.from(clues).flatMap((clue, cell) => (clue === "." ? [] : [cell]))), [clues]);
  const puzzle = useMemo(
    () => ({ given, conflicts: new Set(conflictsIn(clues, cells, shown.vocabulary)) }),
    [clues, given, cells, shown.vocabulary, shown.vocabulary.size],
  );
  return (
    <div class="sudoku">
      <SudokuClues clues={clues} />
      <div class="square tokens" {...useTokenView({ ...shown, grid: SQUARE, puzzle })} />
    </div>
  );
}

/** The square with its clues alone. */
export function SudokuClues({ clues }: { readonly clues: string }) {
  return (
    <div class="square clues" role="img" aria-label={texts.lane.clues(clues)}>
      {Array.from(clues, (clue, cell) => (
        <span key={cell} class="token" data-given={clue === "." ? undefined : ""}>
          {clue === "." ? "" : clue}
        </span>
      ))}
    </div>
  );
}
