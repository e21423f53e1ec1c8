import { laneStates, selection } from "../../lab/state.ts";
import { letters, markers, texts } from "../../texts/texts.ts";
import type { Trace } from "../../trace/trace.ts";
import { TokenText } from "./token-text.tsx";

interface OtherLanesProps {
  readonly position: number;
  /** The lane that is left out. */
  readonly except: number;
  readonly shown: Trace;
}

/** The tokens of the other lanes at a position, each a button that selects it. */
export function OtherLanes({ position, except, shown }: OtherLanesProps) {
  const others = laneStates.value.flatMap((lane, index) =>
    index === except || !lane.cells[position] ? [] : [{ index, cell: lane.cells[position] }],
  );
  if (others.length === 0) return null;
  return (
    <>
      <h3>{texts.why.inOtherLanes}</h3>
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
