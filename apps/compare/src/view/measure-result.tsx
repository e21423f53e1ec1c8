import { useEffect, useRef } from "preact/hooks";
import * as state from "../lab/state.ts";
import { describeConditions, type DescribedLane, describeLane, describeRounds, measurementText } from "../measure/describe-measurement.ts";
import { type LaneSummary, type Measurement, summarize } from "../measure/measurement.ts";
import { letters, markers, texts } from "../texts/en.ts";

const say = texts.measure;

/** The table of a measurement, its intervals drawn, and what can be trusted of it. */
export function MeasureResult({ shown }: { readonly shown: Measurement }) {
  const lanes = summarize(shown);
  const rounds = describeRounds(shown).join(" ");
  return (
    <section class="panel measure-result" aria-labelledby="measure-heading">
      <h2 id="measure-heading">{say.results}</h2>
      {lanes ? (
        <>
          <ResultTable lanes={lanes} titles={shown.titles} />
          {lanes.length > 1 && <RatioChart lanes={lanes} />}
        </>
      ) : (
        <p>{say.none}</p>
      )}
      <p class="hint measure-rounds">{rounds}</p>
      <p class="hint">{describeConditions(shown)}</p>
      {lanes && (
        <button type="button" onClick={() => void copy(measurementText(shown, lanes))}>
          {say.copy}
        </button>
      )}
    </section>
  );
}

async function copy(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    state.notify("info", say.copied);
  } catch {
    state.notify("error", say.notCopied);
  }
}

function ResultTable({ lanes, titles }: { readonly lanes: readonly LaneSummary[]; readonly titles: readonly string[] }) {
  const columns = [say.lane, say.against(letters[0]), say.perToken, say.prompt, say.passes, say.tokens];
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

/** The intervals beside 1, drawn by the library that the other charts use. */
function RatioChart({ lanes }: { readonly lanes: readonly LaneSummary[] }) {
  const root = useRef<HTMLDivElement>(null);
  useEffect(() => {
    let isGone = false;
    void import("./draw-ratios.ts").then(({ drawRatios }) => {
      if (!isGone) root.current?.replaceChildren(drawRatios(lanes, root.current.clientWidth));
    });
    return () => {
      isGone = true;
    };
  }, [lanes]);
  return (
    <figure class="chart">
      <div ref={root} class="drawing" aria-hidden="true" />
      <figcaption class="hint">{say.chart}</figcaption>
    </figure>
  );
}
