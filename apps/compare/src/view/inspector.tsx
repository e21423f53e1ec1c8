import type { TokenId } from "@decodekit/core";
import { laneStates, selection, trace } from "../lab/state.ts";
import { format, letters, markers, texts } from "../texts/en.ts";
import type { Cell, UndoneToken } from "../trace/cell.ts";
import type { LaneState } from "../trace/fold.ts";
import type { TokenScore, Trace } from "../trace/trace.ts";

const t = texts.inspector;

/** Shows the source of the selected token, its alternatives, and the tokens of the other lanes at its position. */
export function Inspector() {
  const shown = trace.value;
  const chosen = selection.value;
  const lane = chosen && laneStates.value[chosen.lane];
  return (
    <section class="panel inspector" aria-labelledby="inspector-heading">
      <h2 id="inspector-heading">{t.heading}</h2>
      {shown && chosen && lane ? (
        <TokenDetails shown={shown} laneIndex={chosen.lane} position={chosen.position} lane={lane} />
      ) : (
        <p class="hint">{t.empty}</p>
      )}
    </section>
  );
}

interface TokenDetailsProps {
  readonly shown: Trace;
  readonly laneIndex: number;
  readonly position: number;
  readonly lane: LaneState;
}

function TokenDetails({ shown, laneIndex, position, lane }: TokenDetailsProps) {
  const cell = lane.cells[position];
  const undone = lane.undone.get(position) ?? [];
  const score = shown.lanes[laneIndex]!.scores?.[position];
  const isFinal = cell?.isFinal ?? false;
  if (!cell && undone.length === 0) return <p class="hint">{t.notYet}</p>;
  return (
    <>
      {cell && <TokenHead cell={cell} shown={shown} position={position} laneIndex={laneIndex} />}
      {cell && cell.state !== "masked" && <TokenFacts cell={cell} score={isFinal ? score : undefined} />}
      {undone.length > 0 && <UndoneList undone={undone} shown={shown} />}
      {isFinal && score ? <Candidates score={score} token={cell!.token} shown={shown} /> : <p class="hint">{t.notScored}</p>}
      <OtherLanes position={position} except={laneIndex} shown={shown} />
    </>
  );
}

function TokenHead({
  cell,
  shown,
  position,
  laneIndex,
}: {
  readonly cell: Cell;
  readonly shown: Trace;
  readonly position: number;
  readonly laneIndex: number;
}) {
  return (
    <p class="token-head">
      <span class="token-sample" data-state={cell.state}>
        <TokenText token={cell.state === "masked" ? undefined : cell.token} shown={shown} />
      </span>
      <span>
        <strong>{texts.states[cell.state]}</strong>, {cell.isFinal ? t.final : t.notFinal}
        <br />
        <span class="hint">
          {t.position(position + 1, letters[laneIndex]!)} · {t.id(cell.token)}
        </span>
      </span>
    </p>
  );
}

function TokenFacts({ cell, score }: { readonly cell: Cell; readonly score: TokenScore | undefined }) {
  return (
    <dl class="facts">
      <div class="wide">
        <dd>{t.from(cell.by, cell.pass)}</dd>
      </div>
      {cell.probability !== undefined && (
        <div>
          <dt>{t.given}</dt>
          <dd>{format.probability(cell.probability)}</dd>
        </div>
      )}
      {score && (
        <div>
          <dt>{t.score}</dt>
          <dd>{format.probability(score.probability)}</dd>
        </div>
      )}
    </dl>
  );
}

function UndoneList({ undone, shown }: { readonly undone: readonly UndoneToken[]; readonly shown: Trace }) {
  return (
    <>
      <h3>{t.undone}</h3>
      <ul class="undone">
        {undone.map((each, index) => (
          <li key={index}>
            <span class="token-sample" data-state="rejected">
              <TokenText token={each.token} shown={shown} />
            </span>{" "}
            {each.why === "rejected" ? t.rejected(each.undoneAtPass) : t.replaced(each.undoneAtPass)}
            {each.probability !== undefined && <span class="hint"> · {format.probability(each.probability)}</span>}
          </li>
        ))}
      </ul>
    </>
  );
}

function Candidates({ score, token, shown }: { readonly score: TokenScore; readonly token: TokenId; readonly shown: Trace }) {
  return (
    <>
      <h3 title={t.candidatesHelp}>{t.candidates}</h3>
      <ol class="candidates">
        {score.candidates.map((candidate) => (
          <li key={candidate.token} data-chosen={candidate.token === token ? "" : undefined}>
            <TokenText token={candidate.token} shown={shown} />
            <meter min={0} max={1} value={candidate.probability} aria-label={format.probability(candidate.probability)} />
            <span class="number">{format.probability(candidate.probability)}</span>
          </li>
        ))}
      </ol>
    </>
  );
}

function OtherLanes({ position, except, shown }: { readonly position: number; readonly except: number; readonly shown: Trace }) {
  const others = laneStates.value.flatMap((lane, index) =>
    index === except || !lane.cells[position] ? [] : [{ index, cell: lane.cells[position] }],
  );
  if (others.length === 0) return null;
  return (
    <>
      <h3>{t.inOtherLanes}</h3>
      <ul class="others">
        {others.map(({ index, cell }) => (
          <li key={index} data-lane={index}>
            <button type="button" class="quiet" onClick={() => (selection.value = { lane: index, position })}>
              <span class="marker" aria-hidden="true">
                {markers[index]}
              </span>{" "}
              {letters[index]} <TokenText token={cell.state === "masked" ? undefined : cell.token} shown={shown} />{" "}
              <span class="hint">{texts.states[cell.state]}</span>
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}

/** A token's text with visible spaces. */
function TokenText({ token, shown }: { readonly token: TokenId | undefined; readonly shown: Trace }) {
  const text = token === undefined ? "…" : (shown.vocabulary.get(token) ?? "?");
  return <code>{text === "" ? "∅" : text.replaceAll(" ", "␣").replaceAll("\n", "⏎")}</code>;
}
