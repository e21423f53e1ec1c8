import type { TokenId } from "@decodekit/core";
import { branchInto, branchObstacle } from "../../lab/branch-into.ts";
import { format, texts } from "../../texts/texts.ts";
import type { LaneState } from "../../trace/fold.ts";
import type { DistributionCut, Trace } from "../../trace/trace.ts";
import { type Why, whyOf } from "../../why/why.ts";
import { CandidateTree } from "../candidate-tree.tsx";
import { moveToLane } from "../use-token-view.ts";
import { CandidateList } from "./candidate-list.tsx";
import { OtherLanes } from "./other-lanes.tsx";
import { TakenBack } from "./taken-back.tsx";
import { TokenFacts } from "./token-facts.tsx";
import { TokenHead } from "./token-head.tsx";

interface TokenWhyProps {
  readonly shown: Trace;
  readonly laneIndex: number;
  /** Output position, from 0. */
  readonly position: number;
  /** The lane at the place of the replay. */
  readonly lane: LaneState;
}

/** Why a token stands where it stands: its source, what it was chosen from, and what was rejected for it. */
export function TokenWhy({ shown, laneIndex, position, lane }: TokenWhyProps) {
  const why = whyOf(shown, laneIndex, position, lane);
  const { cell, takenBack } = why;
  if (!cell && takenBack.length === 0) return <p class="hint">{texts.why.notYet}</p>;
  return (
    <div class="token-why">
      {cell && <TokenHead cell={cell} shown={shown} position={position} laneIndex={laneIndex} />}
      {cell && cell.state !== "masked" && <TokenFacts cell={cell} why={why} vocabSize={shown.model.vocabSize} />}
      {cell?.isFinal && <Distribution why={why} shown={shown} laneIndex={laneIndex} position={position} />}
      {takenBack.length > 0 && <TakenBack tokens={takenBack} shown={shown} />}
      <CandidateTree tree={lane.trees.get(position)} shown={shown} />
      <OtherLanes position={position} except={laneIndex} shown={shown} />
    </div>
  );
}

/** Continues with another token in a new lane, and selects the token there as soon as the lane is on the page. */
function showInNewLane(lane: number, position: number, token: TokenId): void {
  const added = branchInto(lane, position, token);
  requestAnimationFrame(() => moveToLane(added, position));
}

interface DistributionProps extends Pick<TokenWhyProps, "shown" | "laneIndex" | "position"> {
  readonly why: Why;
}

function Distribution({ why, shown, laneIndex, position }: DistributionProps) {
  const t = texts.why;
  const { candidates, cut, unknown, drewSeveral, differsFromScore } = why;
  const { vocabSize, rowConsistency } = shown.model;
  const notes = [
    ...(unknown ? [t.unknown[unknown]] : []),
    ...(cut ? [leftText(cut, vocabSize)] : []),
    ...(cut && drewSeveral ? [t.drewSeveral] : []),
    ...(differsFromScore ? [t.differs] : []),
    ...(cut && (rowConsistency === "approximate" || rowConsistency === "mixed") ? [t.inexact] : []),
  ];
  return (
    <>
      <h3>{cut ? t.candidates : t.predictions}</h3>
      {cut && <Legend />}
      {notes.length > 0 && <p>{notes.join(" ")}</p>}
      {candidates.length > 0 && (
        <CandidateList
          rows={candidates}
          shown={shown}
          obstacle={branchObstacle(laneIndex, position)}
          onBranch={(token) => showInNewLane(laneIndex, position, token)}
        />
      )}
    </>
  );
}

function leftText({ left, mass }: DistributionCut, vocabSize: number): string {
  const { integer, probability } = format;
  if (left === vocabSize) return texts.why.nothingCut;
  return texts.why.left(left, integer(left), integer(vocabSize), probability(mass));
}

function Legend() {
  const { legend } = texts.why;
  return (
    <p class="why-legend hint">
      <span>
        <span class="bar" data-when="before" aria-hidden="true" /> {legend.before}
      </span>
      <span>
        <span class="bar" data-when="after" aria-hidden="true" /> {legend.after}
      </span>
    </p>
  );
}
