import { useEffect, useRef } from "preact/hooks";
import type { LaneInterval } from "./draw-intervals.ts";
import { importPart } from "../lab/import-part.ts";

interface IntervalChartProps {
  /** Drawn anew only if this is another array. */
  readonly rows: readonly LaneInterval[];
  readonly kind: "ratio" | "number" | "share";
  readonly label: string;
  readonly help: string;
}

/** The height is set before the chart is drawn, so that nothing below it moves. */
const heightOf = (rows: number): number => 60 + 28 * rows;

/** Intervals of lanes, drawn with the library of the other charts. */
export function IntervalChart({ rows, kind, label, help }: IntervalChartProps) {
  const root = useRef<HTMLDivElement>(null);
  const height = heightOf(rows.length);
  useEffect(() => {
    let isGone = false;
    void importPart(() => import("./draw-intervals.ts")).then((part) => {
      if (!isGone && part)
        root.current?.replaceChildren(part.drawIntervals(rows, { kind, label, height, width: root.current.clientWidth }));
    });
    return () => {
      isGone = true;
    };
  }, [rows, kind, label, height]);
  return (
    <figure class="chart">
      <div ref={root} class="drawing" style={{ minHeight: `${height}px` }} aria-hidden="true" />
      <figcaption class="hint">{help}</figcaption>
    </figure>
  );
}
