import { useMemo, useState } from "preact/hooks";
import { copyText } from "../../lab/copy-text.ts";
import { isResultStale } from "../../lab/prompt-sets.ts";
import { saveFile } from "../../lab/save-file.ts";
import {
  describeCell,
  describeReliability,
  describeSetConditions,
  type SetColumn,
  setColumns,
  setText,
} from "../../prompt-sets/describe-set.ts";
import { laneCsv, textCsv } from "../../prompt-sets/set-csv.ts";
import { setReport } from "../../prompt-sets/set-report.ts";
import type { PromptSetResult } from "../../prompt-sets/set-result.ts";
import { type LaneEstimates, type SetSummary, summarizeSet } from "../../prompt-sets/summarize-set.ts";
import { letters, markers, texts } from "../../texts/texts.ts";
import { IntervalChart } from "../interval-chart.tsx";
import { PromptList } from "./prompt-list.tsx";

const t = texts.sets;

/** The figures of a prompt set, a chart of intervals, and every text. */
export function SetResult({ shown }: { readonly shown: PromptSetResult }) {
  const summary = useMemo(() => summarizeSet(shown.rounds, { ...shown, lanes: shown.lanes.length, seed: shown.settings.seed }), [shown]);
  return (
    <section class="panel measure-result set-result" aria-labelledby="set-result-heading">
      <h2 id="set-result-heading">{t.results}</h2>
      {isResultStale.value && <p class="warning">{t.stale}</p>}
      {summary.prompts > 0 ? (
        <>
          <ResultTable shown={shown} summary={summary} />
          <FigureChart lanes={summary.lanes} />
        </>
      ) : (
        <p>{t.none}</p>
      )}
      <p class="hint measure-rounds">{describeReliability(shown, summary).join(" ")}</p>
      <p class="hint">{describeSetConditions(shown)}</p>
      {shown.rounds.length > 0 && (
        <>
          <ExportButtons shown={shown} summary={summary} />
          <PromptList shown={shown} />
        </>
      )}
    </section>
  );
}

interface ResultProps {
  readonly shown: PromptSetResult;
  readonly summary: SetSummary;
}

/** A table that a narrow page shows as one card per lane; the headings then stand beside the values. */
function ResultTable({ shown, summary }: ResultProps) {
  const columns = [...setColumns(summary)];
  return (
    <table class="set-table">
      <thead>
        <tr>
          <th scope="col">{t.columns.lane}</th>
          {columns.map(([column, heading]) => (
            <th key={column} scope="col">
              {heading}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {summary.lanes.map((lane, index) => (
          <tr key={index} data-lane={index}>
            <th scope="row">
              <span class="marker" aria-hidden="true">
                {markers[index]}
              </span>
              {letters[index]} {shown.lanes[index]!.title}
            </th>
            {columns.map(([column, heading]) => (
              <ResultCell key={column} column={column} heading={heading} lane={lane} summary={summary} />
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

interface ResultCellProps {
  readonly column: SetColumn;
  readonly heading: string;
  readonly lane: LaneEstimates;
  readonly summary: SetSummary;
}

function ResultCell({ column, heading, lane, summary }: ResultCellProps) {
  const { value, detail } = describeCell(lane, column, summary);
  return (
    <td class="number" data-column={column} data-label={heading} data-empty={value === t.noValue ? "" : undefined}>
      <div>
        <strong>{value}</strong> {detail !== "" && <span class="detail">{detail}</span>}
      </div>
    </td>
  );
}

/** What the chart can show of a lane: a value and its interval. */
const FIGURES = {
  time: {
    kind: "ratio",
    of: ({ timeRatio, isTooShort }) => (isTooShort ? undefined : timeRatio),
  },
  passes: { kind: "number", of: ({ passesPer1000Tokens }) => passesPer1000Tokens },
  acceptance: { kind: "share", of: ({ acceptance }) => acceptance },
  nats: { kind: "number", of: ({ negativeLogLikelihood }) => negativeLogLikelihood },
  repetition: { kind: "share", of: ({ repetition }) => repetition },
} satisfies Partial<Record<SetColumn, FigureOfLane>>;

type Figure = keyof typeof FIGURES;

interface FigureOfLane {
  readonly kind: "ratio" | "number" | "share";
  readonly of: (
    lane: LaneEstimates,
  ) => { readonly value: number; readonly interval: readonly [low: number, high: number] | undefined } | undefined;
}

function FigureChart({ lanes }: { readonly lanes: readonly LaneEstimates[] }) {
  const [chosen, choose] = useState<Figure>("time");
  const figures = useMemo(
    () =>
      new Map(
        (Object.keys(FIGURES) as Figure[]).map((figure) => [figure, rowsOf(lanes, figure)] as const).filter(([, rows]) => rows.length > 0),
      ),
    [lanes],
  );
  const figure = figures.has(chosen) ? chosen : [...figures.keys()][0];
  if (figure === undefined) return null;
  const headings = setColumns({ lanes });
  const { kind } = FIGURES[figure];
  return (
    <div class="set-chart">
      <div class="set-figure">
        <label class="field-label" for="set-figure">
          {t.chartOf}
        </label>
        <select id="set-figure" value={figure} onChange={(event) => choose(event.currentTarget.value as Figure)}>
          {[...figures.keys()].map((each) => (
            <option key={each} value={each}>
              {headings.get(each)}
            </option>
          ))}
        </select>
      </div>
      <IntervalChart
        rows={figures.get(figure)!}
        kind={kind}
        label={headings.get(figure)!}
        help={kind === "ratio" ? t.chartRatioHelp : t.chartHelp}
      />
    </div>
  );
}

function rowsOf(lanes: readonly LaneEstimates[], figure: Figure) {
  return lanes.flatMap((estimates, lane) => {
    const shown = FIGURES[figure].of(estimates);
    if (!shown) return [];
    const [low, high] = shown.interval ?? [shown.value, shown.value];
    return [{ lane, low, high, value: shown.value }];
  });
}

function ExportButtons({ shown, summary }: ResultProps) {
  const name = `decodekit-${shown.model.name}-${shown.set.name}`.replaceAll(/[^\w.-]+/g, "-");
  const report = useMemo(() => setReport(shown, summary), [shown, summary]);
  const saveCsv = async (kind: string, csv: Promise<string>): Promise<void> =>
    saveFile(new Blob([await csv], { type: "text/csv" }), `${name}-${kind}.csv`);
  return (
    <div class="set-exports">
      <button type="button" onClick={() => void copyText(setText(shown, summary))}>
        {t.copy}
      </button>
      <button type="button" onClick={() => void saveCsv("lanes", laneCsv(report))}>
        {t.laneCsv}
      </button>
      <button type="button" onClick={() => void saveCsv("texts", textCsv(report))}>
        {t.textCsv}
      </button>
      <button
        type="button"
        onClick={() => saveFile(new Blob([`${JSON.stringify(report, null, 2)}\n`], { type: "application/json" }), `${name}.json`)}
      >
        {t.json}
      </button>
    </div>
  );
}
