import { readTrace, writeTrace } from "../trace/trace-file.ts";
import type { Settings } from "../url/settings.ts";
import { writeLink } from "../url/share-link.ts";
import type { RunDocument, RunOrigin, ShownRun } from "./run-document.ts";
import { settingsOf } from "./settings-of-run.ts";

const KEY = "run";

/** What a reload of the page must not lose. */
interface Kept {
  /** The settings, as a link: the addresses of the tour and of About do not have them. */
  readonly link: string;
  readonly origin?: RunOrigin;
  readonly trace?: string;
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

/** Keeps a document over a reload of this tab: its settings, and its run if that is the visitor's own and the storage has room for it. */
export function keepDocument({ settings, run }: RunDocument, storage: Store): void {
  const link = writeLink(settings);
  const isOwn = run !== undefined && run.origin !== "recorded";
  const runPart = (): Partial<Kept> => (isOwn ? { origin: run.origin, trace: writeTrace(run.trace) } : {});
  if (!store(storage, { link, ...runPart() }) && isOwn) store(storage, { link });
}

/** Returns whether there was room. Without storage, a reload loses what is not in the address. */
function store(storage: Store, kept: Kept): boolean {
  try {
    storage.removeItem(KEY);
    storage.setItem(KEY, JSON.stringify(kept));
    return true;
  } catch {
    return false;
  }
}

/** Returns the link of the document that was kept, if there is one. */
export function keptLink(storage: Store): string | undefined {
  const link = read(storage)?.link;
  return typeof link === "string" ? link : undefined;
}

/** Returns the run that was kept for these settings; undefined if there is none. */
export function keptRun(settings: Settings, storage: Store): ShownRun | undefined {
  try {
    const kept = read(storage);
    if (kept?.link !== writeLink(settings) || kept.trace === undefined || kept.origin === undefined) return undefined;
    const trace = readTrace(kept.trace);
    return trace.lanes.length === settings.lanes.length ? { trace, origin: kept.origin, settings: settingsOf(trace) } : undefined;
  } catch {
    return undefined;
  }
}

function read(storage: Store): Partial<Kept> | undefined {
  try {
    return (JSON.parse(storage.getItem(KEY) ?? "null") as Partial<Kept> | null) ?? undefined;
  } catch {
    return undefined;
  }
}
