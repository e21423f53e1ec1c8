import type { DecodeEvent, TokenId } from "@decodekit/core";
import type { TracedEvent } from "../trace/trace.ts";

/** A draft that was verified. */
export interface VerifiedDraft {
  /** Output position of its first token. */
  readonly start: number;
  /** The drafted tokens that were shown: all of a chain, one chain of a tree. */
  readonly tokens: readonly TokenId[];
  /** Of each token, under what it was drafted with; undefined if its drafter has none. */
  readonly probabilities: readonly number[] | undefined;
  /** Number of drafted tokens, in a tree of all its nodes. */
  readonly drafted: number;
  readonly accepted: number;
  /** Number of the pass that verified it, from 1. */
  readonly pass: number;
  /** The tokens that were committed: the accepted ones and one more, unless the text ended before it. */
  readonly committed: readonly TokenId[];
}

/** Returns the drafts of a lane in their order. `given` is the number of tokens that its output was given to start with. */
export function verifiedDrafts(events: readonly TracedEvent[], given = 0): readonly VerifiedDraft[] {
  const drafts: VerifiedDraft[] = [];
  let promptLength = 0;
  let pass = 0;
  let proposed: Extract<DecodeEvent, { type: "tokens-propose" }> | undefined;
  let verified: Omit<VerifiedDraft, "committed"> | undefined;
  for (const { event } of events) {
    if (event.type === "decode-start") promptLength = event.promptLength - given;
    if (event.type === "forward-end") pass++;
    if (event.type === "tokens-propose") proposed = event;
    if (event.type === "draft-verify") {
      const { drafted, accepted } = event;
      const isOfDraft = proposed?.start === event.start;
      verified = {
        start: event.start - promptLength,
        tokens: isOfDraft ? [...proposed!.tokens] : [],
        probabilities: isOfDraft && proposed!.probabilities ? [...proposed!.probabilities] : undefined,
        drafted,
        accepted,
        pass,
      };
    }
    if (event.type !== "tokens-commit") continue;
    if (verified) drafts.push({ ...verified, committed: [...event.tokens] });
    proposed = verified = undefined;
  }
  return drafts;
}

/**
 * What became of a drafted token: "accepted"; "rejected" by the target, after all before it had been accepted; "dropped", not judged, since
 * one before it was rejected; or "ended", since the text ended before it.
 */
export type DraftOutcome = "accepted" | "rejected" | "dropped" | "ended";

/** Returns the outcome of the draft's shown token at `place`, from 0. */
export function outcomeAt({ tokens, committed, accepted }: VerifiedDraft, place: number): DraftOutcome {
  if (place >= committed.length) return committed.length <= accepted ? "ended" : "dropped";
  const isOnPath = tokens.slice(0, place).every((token, index) => token === committed[index]);
  if (!isOnPath) return "dropped";
  return place < accepted && tokens[place] === committed[place] ? "accepted" : "rejected";
}
