import { cluesOf, conflictsIn } from "../compare-lanes/sudoku.ts";
import { differs } from "../lab/differences.ts";
import { finalStates, laneStates, trace } from "../lab/state.ts";
import { texts } from "../texts/texts.ts";
import type { LaneState } from "../trace/fold.ts";

const t = texts.differ.legend;

/** What marks the differences between lanes, or in a Sudoku the digits in conflict. */
export function DifferLegend() {
  const shown = trace.value;
  const clues = shown && cluesOf(shown.prompt);
  if (!shown || clues === undefined) return <Mark name="differs" {...differs.value} />;
  const hasConflict = (lanes: readonly LaneState[]): boolean =>
    lanes.some(({ cells }) => conflictsIn(clues, cells, shown.vocabulary).length > 0);
  return <Mark name="conflict" now={hasConflict(laneStates.value)} atEnd={hasConflict(finalStates.value)} />;
}

interface MarkProps {
  readonly name: keyof typeof t;
  readonly now: boolean;
  readonly atEnd: boolean;
}

function Mark({ name, now, atEnd }: MarkProps) {
  if (!now && !atEnd) return null;
  return (
    <li data-mark={name} data-absent={now ? undefined : ""}>
      <span class={`token-sample ${name}`}>{t[name]}</span>
    </li>
  );
}
