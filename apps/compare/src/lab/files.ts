import { texts } from "../texts/texts.ts";
import { MAX_FILE_BYTES, readTrace, writeTrace } from "../trace/trace-file.ts";
import type { Trace } from "../trace/trace.ts";
import { describeError } from "./describe-error.ts";
import { openRun } from "./documents.ts";
import { saveFile } from "./save-file.ts";
import * as state from "./state.ts";

/** Downloads the shown run as a file. Returns its size in bytes; undefined without a run. */
export function saveTrace(): number | undefined {
  const shown = state.trace.peek();
  if (!shown) return undefined;
  const file = new Blob([writeTrace(shown)], { type: "application/jsonl" });
  saveFile(file, fileName(shown, "jsonl"));
  return file.size;
}

/** Returns the name of a file with a run. Models may have names that are paths. */
export function fileName({ model }: Trace, extension: string): string {
  return `decodekit-${model.name.replaceAll(/[^\w.-]+/g, "-")}.${extension}`;
}

/** Opens a run from a file, with its settings. An invalid file shows an error and leaves the shown run unchanged. */
export async function openTrace(file: Blob): Promise<void> {
  if (file.size > MAX_FILE_BYTES) {
    state.notify("error", texts.status.tooLarge);
    return;
  }
  try {
    openRun(readTrace(await file.text()), "file");
  } catch (error) {
    state.notify("error", texts.status.unreadable(describeError(error)));
  }
}

/** Reads a run that was recorded when the page was built. Undefined if it cannot be loaded; the page works without it. */
export async function fetchRecording(name: string): Promise<Trace | undefined> {
  try {
    const response = await fetch(`./traces/${name}.jsonl`);
    return response.ok ? readTrace(await response.text()) : undefined;
  } catch {
    return undefined;
  }
}
