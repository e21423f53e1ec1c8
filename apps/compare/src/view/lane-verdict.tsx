import type { ComponentChildren } from "preact";
import { compareOutputs, finalTokens } from "../lab/lane-figures.ts";
import * as state from "../lab/state.ts";
import { letters, texts } from "../texts/texts.ts";
import type { LaneState } from "../trace/fold.ts";
import { digestOf } from "../url/share-link.ts";
import { FinishPlace } from "./finish-place.tsx";

interface LaneVerdictProps {
  readonly index: number;
  readonly laneState: LaneState;
}

/** How the lane ended, and whether its output equals that of the first lane or of a share link. */
export function LaneVerdict({ index, laneState }: LaneVerdictProps) {
  const parts = [ending(index, laneState), againstFirst(index, laneState), againstLink(index, laneState)].filter(
    (part) => part !== undefined,
  );
  return (
    <p class="verdict">
      <FinishPlace lane={index} />
      {parts.map((part, place) => (
        <>
          {place > 0 && " · "}
          {part}
        </>
      ))}
    </p>
  );
}

function ending(index: number, { finishReason }: LaneState): string | undefined {
  return finishReason && (index === 0 || finishReason === "abort") ? texts.lane.finish[finishReason] : undefined;
}

function againstFirst(index: number, laneState: LaneState): ComponentChildren | undefined {
  const first = state.laneStates.value[0];
  if (index === 0 || !first || laneState.cells.length === 0) return undefined;
  const { differsAt, common } = compareOutputs(first, laneState);
  if (differsAt !== undefined) return <Parting lane={differsAt < laneState.cells.length ? index : 0} position={differsAt} />;
  if (first.finishReason !== undefined && laneState.finishReason !== undefined) return texts.lane.sameText(letters[0]);
  return common > 0 ? texts.lane.sameSoFar(letters[0], common) : undefined;
}

/** Where a lane parts from the first one. Pressing it shows why that token stands there; of the first lane, if this one has ended. */
function Parting({ lane, position }: { readonly lane: number; readonly position: number }) {
  const show = (): void => {
    document.querySelector(`#token-${lane}-${position}`)?.scrollIntoView({ block: "nearest" });
    state.selection.value = { lane, position };
  };
  return (
    <button type="button" class="as-link" onClick={show}>
      {texts.lane.differs(letters[0], position + 1)}
    </button>
  );
}

function againstLink(index: number, laneState: LaneState): string | undefined {
  const { digests, run } = state.shownDocument.value;
  const digest = digests[index];
  if (digest === undefined || !laneState.finishReason || run?.origin !== "live" || state.staleness.value) return undefined;
  return digest === digestOf(finalTokens(laneState)) ? texts.lane.sameAsLink : texts.lane.otherThanLink;
}
