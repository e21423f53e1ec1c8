import { useMemo } from "preact/hooks";
import { copyText } from "../lab/copy-text.ts";
import { describeConditions, type DescribedLane, describeLane, describeRounds, measurementText } from "../measure/describe-measurement.ts";
import { type LaneSummary, type Measurement, summarize } from "../measure/measurement.ts";
import { letters, markers, texts } from "../texts/texts.ts";
import { IntervalChart } from "./interval-chart.tsx";

const t = texts.measure;

/** The table of a measurement, a chart of its intervals, and its reliability. */
export function MeasureResult({ shown }: { readonly shown: Measurement }) {
  const lanes = summarize(shown);
  const rounds = describeRounds(shown).join(" ");
  return (
    <section class="panel measure-result" aria-labelledby="measure-heading">
      <h2 id="measure-heading">{t.results}</h2>
      {lanes ? (
        <>
          <ResultTable lanes={lanes} titles={shown.titles} />
          {lanes.length > 1 && <RatioChart lanes={lanes} />}
        </>
      ) : (
        <p>{t.none}</p>
      )}
      <p class="hint measure-rounds">{rounds}</p>
      <p class="hint">{describeConditions(shown)}</p>
      {lanes && (
        <button type="button" onClick={() => void copyText(measurementText(shown, lanes))}>
          {t.copy}
        </button>
      )}
    </section>
  );
}

function ResultTable({ lanes, titles }: { readonly lanes: readonly LaneSummary[]; readonly titles: readonly string[] }) {
  const columns = [t.lane, t.against(letters[0]), t.perToken, t.prompt, t.passes, t.tokens];
  return (
    <div class="table-scroll" tabIndex={0}>
      <table>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {lanes.map((lane, index) => (
            <ResultRow key={index} index={index} lane={describeLane(lane, titles[index]!, index)} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function ResultRow({
  index,
  lane: { name, verdict, ratio, perToken, prompt, passes, tokens },
}: {
  readonly index: number;
  readonly lane: DescribedLane;
}) {
  return (
    <tr data-lane={index}>
      <th scope="row">
        <span class="marker" aria-hidden="true">
          {markers[index]}
        </span>
        {name}
      </th>
      <td class="number" data-verdict={verdict}>
        <strong>{verdict}</strong> {ratio}
      </td>
      {[perToken, prompt, passes, tokens].map((cell, column) => (
        <td key={column} class="number">
          {cell}
        </td>
      ))}
    </tr>
  );
}

/** The intervals of the ratios. A lane that is too short has none. */
function RatioChart({ lanes }: { readonly lanes: readonly LaneSummary[] }) {
  const rows = useMemo(
    () =>
      lanes.flatMap(({ ratio, isTooShort }, lane) =>
        ratio && !isTooShort ? [{ lane, low: ratio.interval[0], high: ratio.interval[1], value: ratio.median }] : [],
      ),
    [lanes],
  );
  return <IntervalChart rows={rows} kind="ratio" label={t.against(letters[0])} help={t.chart} />;
}
