import type { ModelRole } from "@decodekit/core";
import type { Fixture, Read } from "./fixture.ts";
import { MASK } from "./certain-text.ts";
import type { Progress } from "./progress.ts";

const ADVICE = [
  "A session must hold every committed token once and in order before it reads new tokens:",
  "read the missing tokens, and remove uncommitted tokens with rewindTo (or keepPath, for a tree).",
].join(" ");

/** Describes the first pass, of one model or of any, that did not continue the sequence committed when it ran; undefined if there is none. */
export function explainCache(progress: Progress, { reads }: Fixture, role?: ModelRole): string | undefined {
  for (const [index, read] of reads.entries()) {
    if (index < progress.firstRead || (role !== undefined && read.role !== role)) continue;
    const committed = [...progress.prompt];
    for (const { readsBefore, tokens } of progress.commits) if (readsBefore <= index) committed.push(...tokens);
    const wrong = differenceOf([...read.sequence], committed);
    if (wrong) return `${describePass(read, committed)} ${wrong} ${ADVICE}`;
  }
  return undefined;
}

function describePass({ role, pass, sequence }: Read, committed: readonly number[]): string {
  return `Pass ${pass} of the ${role} model continued [${sequence.join(", ")}], but [${committed.join(", ")}] was committed:`;
}

/** Describes how `actual` differs from `committed`, which it may continue; returns undefined if it does not. */
function differenceOf(actual: readonly number[], committed: readonly number[]): string | undefined {
  const end = Math.min(actual.length, committed.length);
  const place = actual.slice(0, end).findIndex((token, index) => token !== committed[index]);
  if (place < 0) return undefined;
  if (actual[place] === MASK) return `position ${place} is masked.`;
  const rest = actual.slice(place);
  const order = (tokens: readonly number[]): string => tokens.toSorted((a, b) => a - b).join();
  const [held, right] = [actual.slice(place, end), committed.slice(place, end)];
  if (order(held) === order(right)) {
    return `the tokens from position ${place} are in another order: [${held.join(", ")}] instead of [${right.join(", ")}].`;
  }
  const agrees = (tokens: readonly number[]): boolean => rest.slice(0, tokens.length).every((token, index) => token === tokens[index]);
  const maxMissing = committed.length - place - 1;
  // Tried first: the sequence ends where the committed one does, so the difference in length is missing.
  for (const missing of [committed.length - actual.length, ...Array.from({ length: Math.max(0, maxMissing) }, (_, index) => index + 1)]) {
    if (missing < 1 || !agrees(committed.slice(place + missing))) continue;
    return `${missing} ${missing === 1 ? "token is" : "tokens are"} missing from position ${place}.`;
  }
  for (let extra = 1; extra < rest.length; extra++) {
    const shifted = rest.slice(extra);
    if (shifted.every((token, index) => index >= committed.length - place || token === committed[place + index])) {
      return `${extra} extra ${extra === 1 ? "token" : "tokens"} at position ${place}.`;
    }
  }
  return `position ${place} holds ${actual[place]} instead of ${committed[place]}.`;
}
