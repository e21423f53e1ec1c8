import type { History } from "./history.ts";
import type { RunDocument } from "./run-document.ts";

/** Number of runs that can be had back by undoing: a run can take several megabytes. */
const MAX_RUNS = 5;

/** Removes the runs of old entries, so that memory stays bounded. Their settings stay. */
export function keepRuns(history: History<RunDocument>): History<RunDocument> {
  const kept = new Set<unknown>();
  const past = history.past.toReversed().map((entry) => {
    const { run } = entry.value;
    if (!run) return entry;
    kept.add(run.trace);
    return kept.size <= MAX_RUNS ? entry : { ...entry, value: { ...entry.value, run: undefined } };
  });
  return { ...history, past: past.toReversed() };
}
