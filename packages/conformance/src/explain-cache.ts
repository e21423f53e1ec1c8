import type { Fixture, Read } from "./fixture.ts";
import { MASK } from "./certain-text.ts";
import type { Progress } from "./explain-failure.ts";

const ADVICE = [
  "A session must hold every committed token once and in order before what is new is read:",
  "read what it lacks, and take back with rewindTo (or keepPath, for a tree) what was read and not committed.",
].join(" ");

/** The first pass that read something else than the sequence that was committed when it ran; undefined where all read just that. */
export function explainCache(progress: Progress, { reads }: Fixture): string | undefined {
  for (const [index, read] of reads.entries()) {
    if (index < progress.firstRead) continue;
    const committed = [...progress.prompt];
    for (const { readsBefore, tokens } of progress.commits) if (readsBefore <= index) committed.push(...tokens);
    const wrong = differenceOf([...read.sequence], committed);
    if (wrong) return `${describePass(read, committed)} ${wrong} ${ADVICE}`;
  }
  return undefined;
}

function describePass({ role, pass, sequence }: Read, committed: readonly number[]): string {
  return `Pass ${pass} of the ${role} model went on from [${sequence.join(", ")}], where [${committed.join(", ")}] was committed:`;
}

/** In which way `actual`, which may go on after `committed`, is not the same; undefined where it is. */
function differenceOf(actual: readonly number[], committed: readonly number[]): string | undefined {
  const end = Math.min(actual.length, committed.length);
  const place = actual.slice(0, end).findIndex((token, index) => token !== committed[index]);
  if (place < 0) return undefined;
  if (actual[place] === MASK) return `position ${place} is masked.`;
  const rest = actual.slice(place);
  const order = (tokens: readonly number[]): string => tokens.toSorted((a, b) => a - b).join();
  const [held, right] = [actual.slice(place, end), committed.slice(place, end)];
  if (order(held) === order(right)) {
    return `from position ${place} on the tokens stand in another order: [${held.join(", ")}] in place of [${right.join(", ")}].`;
  }
  const agrees = (tokens: readonly number[]): boolean => rest.slice(0, tokens.length).every((token, index) => token === tokens[index]);
  const most = committed.length - place - 1;
  // A sequence that ends where the committed one does lacks as many tokens as it is shorter.
  for (const missing of [committed.length - actual.length, ...Array.from({ length: Math.max(0, most) }, (_, index) => index + 1)]) {
    if (missing < 1 || !agrees(committed.slice(place + missing))) continue;
    return `${counted(missing)} from position ${place} on ${missing === 1 ? "is" : "are"} missing.`;
  }
  for (let extra = 1; extra < rest.length; extra++) {
    const shifted = rest.slice(extra);
    if (shifted.every((token, index) => index >= committed.length - place || token === committed[place + index])) {
      return `${counted(extra)} too ${extra === 1 ? "much stands" : "many stand"} from position ${place} on.`;
    }
  }
  return `position ${place} holds ${actual[place]} in place of ${committed[place]}.`;
}

function counted(count: number): string {
  return count === 1 ? "1 token" : `${count} tokens`;
}
