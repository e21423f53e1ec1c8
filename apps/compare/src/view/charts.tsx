import { useEffect, useRef, useState } from "preact/hooks";
import { type ChartData, chartData } from "../lab/chart-data.ts";
import { laneStates, trace } from "../lab/state.ts";
import { texts } from "../texts/en.ts";
import type { DrawChart } from "./draw-charts.ts";

const say = texts.charts;
const names = ["tokensOverPasses", "tokensOverTime", "acceptance", "phases", "quality"] as const;
export type ChartName = (typeof names)[number];

/** Five charts of what is shown; the drawing library comes when they are first seen. */
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
  const shown = trace.value;
  const isEmpty = !shown || shown.lanes.every(({ events }) => events.length === 0);
  return (
    <section ref={root} class="panel charts" aria-labelledby="charts-heading">
      <h2 id="charts-heading">{say.heading}</h2>
      {isEmpty ? (
        <p class="hint">{say.empty}</p>
      ) : (
        <div class="chart-grid">
          {names.map((name) => (
            <Chart key={name} name={name} data={chartData(name, shown, laneStates.value)} draw={draw} />
          ))}
        </div>
      )}
    </section>
  );
}

const MILLISECONDS_BETWEEN_DRAWINGS = 300;

function Chart({ name, data, draw }: { readonly name: ChartName; readonly data: ChartData; readonly draw: DrawChart | undefined }) {
  const canvas = useRef<HTMLDivElement>(null);
  const drawn = useRef(0);
  useEffect(() => {
    if (!draw || data.rows.length === 0) {
      canvas.current?.replaceChildren();
      return undefined;
    }
    // While lanes run or play, charts follow at a slower pace than the text.
    const wait = Math.max(0, drawn.current + MILLISECONDS_BETWEEN_DRAWINGS - performance.now());
    const timer = setTimeout(() => {
      drawn.current = performance.now();
      canvas.current?.replaceChildren(draw(name, data, canvas.current.clientWidth));
    }, wait);
    return () => clearTimeout(timer);
  });
  const { title } = say[name];
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
            {say.table}
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
