import { computed } from "@preact/signals";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { type ChartData, chartData, type ChartName, chartNames } from "../lab/chart-data.ts";
import { laneStates, trace } from "../lab/state.ts";
import { texts } from "../texts/texts.ts";
import type { Trace } from "../trace/trace.ts";
import type { LaneState } from "../trace/fold.ts";
import type { DrawChart } from "./draw-charts.ts";
import { useThrottledSignal } from "./use-throttled-signal.ts";

const t = texts.charts;

/** Charts update less often than the text while lanes run or play. */
const MILLISECONDS_BETWEEN_DRAWINGS = 300;
const chartView = computed(() => ({ shown: trace.value, states: laneStates.value }));

/** Five charts of the shown run, made while they are open. The chart library is fetched when they are first opened. */
export function Charts() {
  const [isOpen, setOpen] = useState(false);
  const [draw, setDraw] = useState<DrawChart>();
  const [failed, setFailed] = useState(false);
  const load = async (): Promise<void> => {
    try {
      const { drawChart } = await import("./draw-charts.ts");
      setDraw(() => drawChart);
    } catch {
      setFailed(true);
    }
  };
  return (
    <details
      class="panel charts"
      onToggle={(event) => {
        setOpen(event.currentTarget.open);
        if (event.currentTarget.open) void load();
      }}
    >
      <summary>
        <h2>{t.heading}</h2>
      </summary>
      {failed && <p class="problem">{t.failed}</p>}
      {isOpen && <ChartGrid draw={draw} />}
    </details>
  );
}

function ChartGrid({ draw }: { readonly draw: DrawChart | undefined }) {
  const { shown, states } = useThrottledSignal(chartView, MILLISECONDS_BETWEEN_DRAWINGS);
  if (!shown || shown.lanes.every(({ events }) => events.length === 0)) return <p class="hint">{t.empty}</p>;
  return (
    <div class="chart-grid">
      {chartNames.map((name) => (
        <Chart key={name} name={name} shown={shown} states={states} draw={draw} />
      ))}
    </div>
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
      <details data-empty={data.rows.length === 0 ? "" : undefined}>
        <summary>
          {t.table}
          <span class="sr-only">: {title}</span>
        </summary>
        <ChartTable data={data} />
      </details>
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
