import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { modelLanguage } from "../lab/model-language.ts";
import { outputOf } from "../lab/lane-figures.ts";
import * as state from "../lab/state.ts";
import { letters, markers, texts } from "../texts/texts.ts";
import type { LaneState } from "../trace/fold.ts";
import type { LaneTrace, Trace } from "../trace/trace.ts";
import type { GridPlace } from "./token-view.ts";
import { useTokenView } from "./use-token-view.ts";

/** In pixels. */
const CELL_WIDTH = { wide: 88, narrow: 64 };
const NARROW = 480;
const LABEL_WIDTH = 36;

interface TokenGridProps {
  readonly shown: Trace;
  readonly states: readonly LaneState[];
}

/** All lanes below each other, with each position in one column, wrapped into as many bands as the width requires. */
export function TokenGrid({ shown, states }: TokenGridProps) {
  const root = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState<number>();
  useLayoutEffect(() => {
    setWidth(root.current!.clientWidth);
    const observer = new ResizeObserver(() => setWidth(root.current!.clientWidth));
    observer.observe(root.current!);
    return () => observer.disconnect();
  }, []);
  return (
    <section class="token-grid" aria-label={texts.grid.heading}>
      <div ref={root}>{width !== undefined && <Cells shown={shown} states={states} width={width} />}</div>
    </section>
  );
}

interface CellsProps extends TokenGridProps {
  /** In pixels. */
  readonly width: number;
}

function Cells({ shown, states, width }: CellsProps) {
  const cellWidth = width < NARROW ? CELL_WIDTH.narrow : CELL_WIDTH.wide;
  const columns = Math.max(1, Math.floor((width - LABEL_WIDTH) / cellWidth));
  const laneCount = shown.lanes.length;
  const length = Math.max(1, ...shown.lanes.map((lane, index) => Math.max(outputOf(lane).length, states[index]!.cells.length)));
  const bands = Math.ceil(length / columns);
  return (
    <div
      class="token-cells"
      lang={modelLanguage.value}
      style={{
        gridTemplateColumns: `${LABEL_WIDTH}px repeat(${columns}, minmax(${cellWidth}px, 1fr))`,
        gridTemplateRows: `repeat(${bands * (laneCount + 1)}, 1.75rem)`,
      }}
    >
      {Array.from({ length: bands }, (_, band) => (
        <Band key={band} band={band} columns={columns} length={length} laneCount={laneCount} />
      ))}
      {shown.lanes.map((lane, index) => (
        <GridLane key={index} {...{ lane, index, laneCount, columns }} state={states[index]!} vocabulary={shown.vocabulary} />
      ))}
    </div>
  );
}

interface BandProps {
  readonly band: number;
  readonly columns: number;
  readonly length: number;
  readonly laneCount: number;
}

/** The positions of a band, and the letter of each lane before its row. */
function Band({ band, columns, length, laneCount }: BandProps) {
  const row = band * (laneCount + 1) + 1;
  return (
    <>
      <p class="band" style={{ gridRow: row }}>
        {texts.grid.positions(band * columns + 1, Math.min(length, (band + 1) * columns))}
      </p>
      {Array.from({ length: laneCount }, (_, lane) => (
        <span key={lane} class="band-lane" data-lane={lane} aria-hidden="true" style={{ gridRow: row + 1 + lane }}>
          <span class="marker">{markers[lane]}</span>
          <span class="letter">{letters[lane]}</span>
        </span>
      ))}
    </>
  );
}

interface GridLaneProps {
  readonly lane: LaneTrace;
  readonly index: number;
  readonly laneCount: number;
  readonly columns: number;
  readonly state: LaneState;
  readonly vocabulary: ReadonlyMap<number, string>;
}

const nothingAhead: readonly number[] = [];
const nothingUndone: LaneState["undone"] = new Map();

function GridLane({ lane, index, laneCount, columns, state: laneState, vocabulary }: GridLaneProps) {
  const grid: GridPlace = useMemo(() => ({ columns, rowsPerBand: laneCount + 1, row: index + 2 }), [columns, laneCount, index]);
  const tokens = useTokenView({
    lane: index,
    laneCount,
    label: texts.lane.name(letters[index]!, lane.title),
    state: laneState,
    vocabulary,
    isBusy: state.busyLane.value === index,
    ahead: nothingAhead,
    aheadUndone: nothingUndone,
    grid,
  });
  return <div class="tokens" {...tokens} />;
}
