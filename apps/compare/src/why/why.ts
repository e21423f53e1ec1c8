import type { TokenId } from "@decodekit/core";
import type { Cell, UndoneToken } from "../trace/cell.ts";
import type { LaneState } from "../trace/fold.ts";
import type { DistributionCut, LaneTrace, TokenScore, Trace } from "../trace/trace.ts";
import { acceptanceProbability, drafterOf, type DraftRule, draftRuleOf } from "./acceptance.ts";
import { type CandidateRow, candidateRows } from "./candidate-rows.ts";
import { type Unknown, whyUnknown } from "./unknown-distribution.ts";
import { outcomeAt, type VerifiedDraft, verifiedDrafts } from "./verified-drafts.ts";

/** A token's place in a draft, and what verification knew about it. */
export interface InDraft {
  /** Its place in the draft, from 1. */
  readonly place: number;
  readonly drafted: number;
  readonly accepted: number;
  /** Number of the pass that verified the draft, from 1. */
  readonly pass: number;
  readonly rule: DraftRule | undefined;
  /** Probability under what the lane draws from; undefined if the token was not judged or it is not known. */
  readonly p: number | undefined;
  /** Probability under what it was drafted with; undefined if the drafter has none. */
  readonly q: number | undefined;
  /** Probability that it was accepted, given the tokens before it; undefined where the run does not tell. */
  readonly acceptance: number | undefined;
}

/** A token that was shown at the position and taken back. */
export type TakenBack = Replaced | NotReplaced;

interface Undone extends Omit<UndoneToken, "why"> {
  readonly draft: InDraft | undefined;
}

/** A token that was "rejected" by verification or "replaced", and what came in its place, if anything has yet. */
interface Replaced extends Undone {
  readonly why: "rejected" | "replaced";
  readonly replacedBy: TokenId | undefined;
}

/**
 * A token in whose place nothing came at once: "dropped" unjudged, since a drafted token before it was rejected; "ended", since the text
 * ended before it; or "withdrawn", as when a position is masked again.
 */
interface NotReplaced extends Undone {
  readonly why: "dropped" | "ended" | "withdrawn";
  readonly replacedBy?: undefined;
}

/** Why a token stands where it stands. */
export interface Why {
  /** The token; undefined if there is none at the moment. */
  readonly cell: Cell | undefined;
  /** Name of the lane's drafter; undefined without a built-in one. */
  readonly drafter: string | undefined;
  /** The draft that the token was part of. */
  readonly draft: InDraft | undefined;
  /** The causal model's score, once the token is final and the lane has been scored. */
  readonly score: TokenScore | undefined;
  /** Likeliest first; empty without a score. */
  readonly candidates: readonly CandidateRow[];
  readonly cut: DistributionCut | undefined;
  /** Why `cut` is not known; undefined if it is, and without a final token. */
  readonly unknown: Unknown | undefined;
  /** Whether the lane drew several texts and kept one. */
  readonly drewSeveral: boolean;
  /** Whether the rows of the score give the token a probability of 0, as rounding can do at a near tie. */
  readonly differsFromScore: boolean;
  /** Oldest first. */
  readonly takenBack: readonly TakenBack[];
}

const DRAW_SEVERAL: ReadonlySet<string> = new Set(["best-of-n", "self-consistency"]);

/** Collects what a run tells about the token at an output position of a lane, which is shown in the state `laneState`. A pure function. */
export function whyOf(trace: Trace, laneIndex: number, position: number, laneState: LaneState): Why {
  const lane = trace.lanes[laneIndex]!;
  const cell = laneState.cells[position];
  const scored = lane.scores?.[position];
  const score = cell?.isFinal ? scored : undefined;
  const about: Position = { lane, position, scored, drafts: verifiedDrafts(lane.events, lane.start?.length) };
  const candidates = cell && score ? candidateRows(score, cell.token) : [];
  return {
    cell,
    drafter: drafterOf(lane),
    draft: cell && draftOfCell(about, cell),
    score,
    candidates,
    cut: score?.cut,
    unknown: cell?.isFinal
      ? whyUnknown(cell, { specification: lane.specification, score, isCausal: trace.model.roles.includes("causal") })
      : undefined,
    drewSeveral: DRAW_SEVERAL.has(lane.specification.split(":")[0]!),
    differsFromScore: candidates.some(({ isChosen, after }) => isChosen && after === 0),
    takenBack: takenBackAt(about, laneState),
  };
}

interface Position {
  readonly lane: LaneTrace;
  readonly position: number;
  /** Also used for tokens that were taken back: the final text before them is the same. */
  readonly scored: TokenScore | undefined;
  readonly drafts: readonly VerifiedDraft[];
}

function draftOfCell(about: Position, { state, token }: Cell): InDraft | undefined {
  if (state !== "accepted") return undefined;
  const isIts = ({ start, accepted, committed }: VerifiedDraft): boolean =>
    about.position >= start && about.position < start + accepted && committed[about.position - start] === token;
  const draft = about.drafts.find(isIts);
  return draft && inDraft(about, draft, token);
}

function inDraft({ lane, position, scored }: Position, draft: VerifiedDraft, token: TokenId): InDraft {
  const { start, tokens, probabilities, committed, drafted, accepted, pass } = draft;
  const place = position - start;
  const isShown = tokens[place] === token;
  // Scores are those of the final text: they say nothing about a token that followed another one.
  const isScored = committed[place] === token || outcomeAt(draft, place) === "rejected";
  const p = isScored ? scored?.candidates.find((each) => each.token === token)?.after : undefined;
  const q = isShown ? probabilities?.[place] : undefined;
  const rule = draftRuleOf(lane);
  return { place: place + 1, drafted, accepted, pass, rule, p, q, acceptance: acceptanceProbability(rule, { p, q }) };
}

function takenBackAt(about: Position, { cells, undone }: LaneState): readonly TakenBack[] {
  const list = undone.get(about.position) ?? [];
  const now = cells[about.position];
  const shown = now?.state === "masked" ? undefined : now;
  return list.map((token, index): TakenBack => {
    const next = list[index + 1] ?? shown;
    // What comes later, after the position was empty or masked for a while, did not replace it.
    const replacedBy = next?.pass === token.undoneAtPass ? next.token : undefined;
    const draft = token.why === "rejected" ? draftOfUndone(about, token) : undefined;
    if (!draft) return replacedBy === undefined ? { ...token, why: "withdrawn", draft } : { ...token, why: "replaced", replacedBy, draft };
    const outcome = outcomeAt(draft, about.position - draft.start);
    const details = { ...token, draft: inDraft(about, draft, token.token) };
    if (outcome === "dropped" || outcome === "ended") return { ...details, why: outcome };
    return { ...details, why: outcome === "accepted" ? "replaced" : outcome, replacedBy };
  });
}

function draftOfUndone({ drafts, position }: Position, { token, undoneAtPass }: UndoneToken): VerifiedDraft | undefined {
  return drafts.find(({ start, tokens, pass }) => pass === undoneAtPass && tokens[position - start] === token);
}
