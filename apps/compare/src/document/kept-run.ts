import { readTrace, writeTrace } from "../trace/trace-file.ts";
import type { Settings } from "../url/settings.ts";
import { writeLink } from "../url/share-link.ts";
import type { RunDocument, RunOrigin, ShownRun } from "./run-document.ts";
import { settingsOf } from "./settings-of-run.ts";

const KEY = "run";

/** What a reload of the page must not lose. The settings are in the address. */
interface Kept {
  readonly link: string;
  readonly origin: RunOrigin;
  readonly trace: string;
}

/** What is needed of the storage of a tab. */
type Store = Pick<Storage, "getItem" | "setItem" | "removeItem">;

/** Returns the storage of this tab. A browser may forbid it, for example to a frame of another page: then nothing is kept. */
export function sessionStore(): Store {
  try {
    return sessionStorage;
  } catch {
    return { getItem: () => null, setItem: () => undefined, removeItem: () => undefined };
  }
}

/** Keeps the run of a document over a reload of this tab. A run that is too large for the storage is not kept. */
export function keepRun({ settings, run }: RunDocument, storage: Store): void {
  try {
    storage.removeItem(KEY);
    if (!run || run.origin === "recorded") return;
    const kept: Kept = { link: writeLink(settings), origin: run.origin, trace: writeTrace(run.trace) };
    storage.setItem(KEY, JSON.stringify(kept));
  } catch {
    // Without storage, the run is gone after a reload; its settings are not.
  }
}

/** Returns the run that was kept for these settings; undefined if there is none. */
export function keptRun(settings: Settings, storage: Store): ShownRun | undefined {
  try {
    const kept = JSON.parse(storage.getItem(KEY) ?? "null") as Kept | null;
    if (kept?.link !== writeLink(settings)) return undefined;
    const trace = readTrace(kept.trace);
    return trace.lanes.length === settings.lanes.length ? { trace, origin: kept.origin, settings: settingsOf(trace) } : undefined;
  } catch {
    return undefined;
  }
}
