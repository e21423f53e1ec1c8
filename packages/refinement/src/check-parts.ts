import { InvalidOptionError } from "@decodekit/core";
import type { Changes, RevisedStep, Revision } from "./revise/revision.ts";
import type { Selection } from "./select/selection.ts";

// What selections and revisions return: they may come from another package, and what breaks their contract would break that of the decoder.

/** @throws InvalidOptionError if a selection does not choose at least `minCount` of the `open` positions, each once. */
export function checkChosen({ name }: Selection, chosen: readonly number[], open: readonly number[], minCount: number): void {
  if (chosen.length >= minCount && isEachOnce(chosen) && chosen.every((position) => open.includes(position))) return;
  const expected = `at least ${minCount} of the open positions ${list(open)}, each once`;
  throw new InvalidOptionError({ where: "refine", option: `what the selection "${name}" returns`, expected, actual: list(chosen) });
}

/** @throws InvalidOptionError if a revision changes positions that it may not change, or one of them twice. */
export function checkChanges({ name }: Revision, changes: Changes, { open, filled, committed }: RevisedStep): void {
  const { remask = [], replace = [], reconsider = [] } = changes;
  const refuse = (option: keyof Changes, expected: string, actual: readonly number[]): never => {
    throw new InvalidOptionError({ where: "refine", option: `${option} of the revision "${name}"`, expected, actual: list(actual) });
  };
  const isFree = (position: number): boolean => open.includes(position) || filled.includes(position);
  if (!remask.every(isFree)) refuse("remask", "positions that are not fixed", remask);
  if (!reconsider.every(isFree)) refuse("reconsider", "positions that are not fixed", reconsider);
  if (!replace.every((position) => isFree(position) && !committed.includes(position)))
    refuse("replace", `positions that are not fixed and not committed in this step (${list(committed)})`, replace);
  if (!isEachOnce([...remask, ...replace]))
    refuse("remask", "positions that are named once, in remask or in replace", [...remask, ...replace]);
}

function isEachOnce(positions: readonly number[]): boolean {
  return new Set(positions).size === positions.length;
}

function list(positions: readonly number[]): string {
  return `[${positions.join(", ")}]`;
}
