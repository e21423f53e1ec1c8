import type { RunDocument } from "../document/run-document.ts";
import { stalenessOf } from "../document/run-document.ts";
import type { Trace } from "../trace/trace.ts";

const packedRuns = new WeakMap<Trace, string>();

/** Remembers how the run of a link is written in it, so that the address keeps it. */
export function rememberPacked(trace: Trace, packed: string): void {
  packedRuns.set(trace, packed);
}

/** Returns the run of a document as it was in a link, as long as neither it nor the settings have changed since. */
export function packedOf(document: RunDocument): string | undefined {
  return document.run && !stalenessOf(document) ? packedRuns.get(document.run.trace) : undefined;
}
