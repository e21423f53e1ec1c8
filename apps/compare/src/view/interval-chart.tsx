import { useEffect, useRef } from "preact/hooks";
import type { LaneInterval } from "./draw-intervals.ts";

interface IntervalChartProps {
  /** Drawn anew only if this is another array. */
  readonly rows: readonly LaneInterval[];
  readonly kind: "ratio" | "number" | "share";
  readonly label: string;
  readonly help: string;
}

/** Intervals of lanes, drawn with the library of the other charts. */
export function IntervalChart({ rows, kind, label, help }: IntervalChartProps) {
  const root = useRef<HTMLDivElement>(null);
  useEffect(() => {
    let isGone = false;
    void import("./draw-intervals.ts").then(({ drawIntervals }) => {
      if (!isGone) root.current?.replaceChildren(drawIntervals(rows, { kind, label, width: root.current.clientWidth }));
    });
    return () => {
      isGone = true;
    };
  }, [rows, kind, label]);
  return (
    <figure class="chart">
      <div ref={root} class="drawing" aria-hidden="true" />
      <figcaption class="hint">{help}</figcaption>
    </figure>
  );
}
