import type { FinishReason, TokenId } from "@decodekit/core";
import { type Difference, differencesBetween } from "./align-tokens.ts";

/** A lane of which some tokens are shown. */
export interface ComparedLane {
  /** Its final tokens, as far as they are known; the array stays the same while they do. */
  readonly output: readonly TokenId[];
  /** How many of them are shown. */
  readonly shown: number;
  /** Why it ended; undefined until that is shown. */
  readonly finishReason: FinishReason | undefined;
}

/** The place of a token in a row of differing tokens. */
export type DifferencePart = "only" | "first" | "inside" | "last";

/** The tokens of a lane that differ from other lanes. */
export interface LaneDifferences {
  /** By output position; undefined for a token that does not differ, or cannot be compared yet. */
  readonly parts: readonly (DifferencePart | undefined)[];
  /** Output position of the first differing token; undefined if there is none. */
  readonly partsAt: number | undefined;
}

/**
 * Returns the tokens of each lane that differ from the first lane; for the first lane those that differ from every other lane. Tokens are
 * aligned, so that an inserted token does not make all later ones differ. A token is compared once it is shown and the other lane has got
 * as far, or has ended its text before.
 */
export function differencesOf(lanes: readonly ComparedLane[]): readonly LaneDifferences[] {
  const [first, ...others] = lanes;
  if (!first) return [];
  const compared = others.map((lane) => {
    const differences = knownDifferences(first.output, lane.output);
    return { lane, differences, swapped: differences.map(swap) };
  });
  const inFirst = compared.map(({ lane, swapped }) => differing(first, lane, swapped));
  return [
    laneDifferences(first.shown, (place) => inEvery(inFirst.map((of) => of[place]))),
    ...compared.map(({ lane, differences }) => {
      const inLane = differing(lane, first, differences);
      return laneDifferences(lane.shown, (place) => inLane[place] === true);
    }),
  ];
}

/** For each shown token of `lane` whether it differs from `other`; undefined if that cannot be told. `differences` are those from `other`. */
function differing(lane: ComparedLane, other: ComparedLane, differences: readonly Difference[]): readonly (boolean | undefined)[] {
  const result: (boolean | undefined)[] = [];
  let agrees = 0;
  for (const { firstStart, firstEnd, start, end } of differences) {
    for (let place = agrees; place < Math.min(start, lane.shown); place++)
      result[place] = firstStart - start + place < other.shown ? false : undefined;
    for (let place = start; place < Math.min(end, lane.shown); place++)
      result[place] = hasToken(other, Math.min(firstStart + place - start, firstEnd)) ? true : undefined;
    agrees = end;
  }
  const shift = other.output.length - lane.output.length;
  for (let place = agrees; place < lane.shown; place++) result[place] = place + shift < other.shown ? false : undefined;
  return result;
}

/** Whether what `lane` has at `place` is known: a token, or the end of its text. Length limits and aborts are no ends of texts. */
function hasToken({ shown, output, finishReason }: ComparedLane, place: number): boolean {
  return place < shown || (finishReason === "stop" && shown === output.length);
}

function inEvery(differs: readonly (boolean | undefined)[]): boolean {
  const known = differs.filter((each) => each !== undefined);
  return known.length > 0 && known.every((each) => each);
}

function laneDifferences(shown: number, differs: (place: number) => boolean): LaneDifferences {
  const parts = Array.from({ length: shown }, (_, place): DifferencePart | undefined => {
    if (!differs(place)) return undefined;
    const [before, after] = [place > 0 && differs(place - 1), place + 1 < shown && differs(place + 1)];
    return before ? (after ? "inside" : "last") : after ? "first" : "only";
  });
  const partsAt = parts.findIndex((part) => part !== undefined);
  return { parts, partsAt: partsAt < 0 ? undefined : partsAt };
}

function swap({ firstStart, firstEnd, start, end }: Difference): Difference {
  return { firstStart: start, firstEnd: end, start: firstStart, end: firstEnd };
}

const known = new WeakMap<readonly TokenId[], WeakMap<readonly TokenId[], readonly Difference[]>>();

/** Returns the differences of two texts, computed once for the same two arrays. */
function knownDifferences(first: readonly TokenId[], other: readonly TokenId[]): readonly Difference[] {
  const ofFirst = known.get(first) ?? new WeakMap<readonly TokenId[], readonly Difference[]>();
  known.set(first, ofFirst);
  const differences = ofFirst.get(other) ?? differencesBetween(first, other);
  ofFirst.set(other, differences);
  return differences;
}
