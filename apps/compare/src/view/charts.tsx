import { computed } from "@preact/signals";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { type ChartData, chartData, type ChartName, chartNames } from "../lab/chart-data.ts";
import { laneStates, trace } from "../lab/state.ts";
import { texts } from "../texts/en.ts";
import type { Trace } from "../trace/trace.ts";
import type { LaneState } from "../trace/fold.ts";
import type { DrawChart } from "./draw-charts.ts";
import { useThrottledSignal } from "./use-throttled-signal.ts";

const t = texts.charts;

/** Charts update less often than the text while lanes run or play. */
const MILLISECONDS_BETWEEN_DRAWINGS = 300;
const chartView = computed(() => ({ shown: trace.value, states: laneStates.value }));

/** Five charts of the shown run. The chart library loads when they first become visible. */
export function Charts() {
  const [draw, setDraw] = useState<DrawChart>();
  const root = useRef<HTMLElement>(null);
  useEffect(() => {
    const observer = new IntersectionObserver(([entry]) => {
      if (!entry?.isIntersecting) return;
      observer.disconnect();
      void import("./draw-charts.ts").then(({ drawChart }) => setDraw(() => drawChart));
    });
    observer.observe(root.current!);
    return () => observer.disconnect();
  }, []);
  const { shown, states } = useThrottledSignal(chartView, MILLISECONDS_BETWEEN_DRAWINGS);
  const isEmpty = !shown || shown.lanes.every(({ events }) => events.length === 0);
  return (
    <section ref={root} class="panel charts" aria-labelledby="charts-heading">
      <h2 id="charts-heading">{t.heading}</h2>
      {isEmpty ? (
        <p class="hint">{t.empty}</p>
      ) : (
        <div class="chart-grid">
          {chartNames.map((name) => (
            <Chart key={name} name={name} shown={shown} states={states} draw={draw} />
          ))}
        </div>
      )}
    </section>
  );
}

interface ChartProps {
  readonly name: ChartName;
  readonly shown: Trace;
  readonly states: readonly LaneState[];
  readonly draw: DrawChart | undefined;
}

function Chart({ name, shown, states, draw }: ChartProps) {
  const data = useMemo(() => chartData(name, shown, states), [name, shown, states]);
  const canvas = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!draw || data.rows.length === 0) {
      canvas.current?.replaceChildren();
      return undefined;
    }
    // Each chart is drawn in its own task, to keep the page responsive.
    const timer = setTimeout(() => canvas.current?.replaceChildren(draw(name, data, canvas.current.clientWidth)), 0);
    return () => clearTimeout(timer);
  }, [draw, name, data]);
  const { title } = t[name];
  return (
    <figure class="chart">
      <figcaption>
        <strong>{title}</strong>
        <span class="hint">{data.summary}</span>
      </figcaption>
      <div ref={canvas} class="drawing" aria-hidden="true" />
      {data.rows.length > 0 && (
        <details>
          <summary>
            {t.table}
            <span class="sr-only">: {title}</span>
          </summary>
          <ChartTable data={data} />
        </details>
      )}
    </figure>
  );
}

function ChartTable({ data }: { readonly data: ChartData }) {
  return (
    <div class="table-scroll" tabIndex={0}>
      <table>
        <thead>
          <tr>
            {data.columns.map((column) => (
              <th key={column} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {data.rows.map((row, index) => (
            <tr key={index}>
              <td>{row.label}</td>
              {row.phase !== undefined && <td>{row.phase}</td>}
              <td class="number">{Number(row.x.toFixed(2))}</td>
              {row.y !== undefined && <td class="number">{Number(row.y.toFixed(3))}</td>}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
