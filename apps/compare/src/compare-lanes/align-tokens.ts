import type { TokenId } from "@decodekit/core";
import diffSequences from "@jest/diff-sequences";

/** Places [start, end) of one text in place of [firstStart, firstEnd) of the first; at most one of the two is empty. */
export interface Difference {
  readonly firstStart: number;
  readonly firstEnd: number;
  readonly start: number;
  readonly end: number;
}

/**
 * Returns the differences between two texts, in order: the fewest changed tokens (Myers 1986), except that tokens which happen to agree
 * between two longer differences belong to the difference. Equal texts have none.
 */
export function differencesBetween(first: readonly TokenId[], other: readonly TokenId[]): readonly Difference[] {
  const differences: Difference[] = [];
  let [firstStart, start] = [0, 0];
  const differUntil = (firstEnd: number, end: number): void => {
    if (firstEnd > firstStart || end > start) differences.push({ firstStart, firstEnd, start, end });
  };
  diffSequences(
    first.length,
    other.length,
    (inFirst, inOther) => first[inFirst] === other[inOther],
    (count, inFirst, inOther) => {
      differUntil(inFirst, inOther);
      [firstStart, start] = [inFirst + count, inOther + count];
    },
  );
  differUntil(first.length, other.length);
  return joinAcrossChance(differences);
}

/** Joins differences between which fewer tokens agree than either of them changes: "the" or a comma in two different sentences. */
function joinAcrossChance(differences: readonly Difference[]): readonly Difference[] {
  const joined: Difference[] = [];
  for (const difference of differences) append(difference, joined);
  return joined;
}

function append(difference: Difference, joined: Difference[]): void {
  const before = joined.at(-1);
  if (before && agreesByChance(before, difference)) {
    joined.pop();
    append({ ...difference, firstStart: before.firstStart, start: before.start }, joined);
  } else joined.push(difference);
}

function agreesByChance(before: Difference, after: Difference): boolean {
  return after.start - before.end < Math.min(changedIn(before), changedIn(after));
}

function changedIn({ firstStart, firstEnd, start, end }: Difference): number {
  return Math.max(firstEnd - firstStart, end - start);
}
