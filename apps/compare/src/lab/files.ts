import { texts } from "../texts/en.ts";
import { MAX_FILE_BYTES, readTrace, writeTrace } from "../trace/trace-file.ts";
import { describeError } from "./describe-error.ts";
import * as state from "./state.ts";

/** Downloads the shown run as a file. */
export function saveTrace(): void {
  const shown = state.trace.value;
  if (!shown) return;
  const url = URL.createObjectURL(new Blob([writeTrace(shown)], { type: "application/jsonl" }));
  const link = Object.assign(document.createElement("a"), { href: url, download: `decodekit-${shown.model.name}.jsonl` });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** Shows a run from a file. An invalid file shows an error and leaves the shown run unchanged. */
export async function openTrace(file: Blob): Promise<void> {
  if (file.size > MAX_FILE_BYTES) {
    state.notify("error", texts.status.tooLarge);
    return;
  }
  try {
    show(await file.text(), "imported");
  } catch (error) {
    state.notify("error", texts.status.unreadable(describeError(error)));
  }
}

/** Shows a run that was recorded when the page was built. Returns false if the recording cannot be loaded; the page works without it. */
export async function openRecording(name: string): Promise<boolean> {
  try {
    const response = await fetch(`./traces/${name}.jsonl`);
    if (!response.ok) return false;
    show(await response.text(), "recorded");
    return true;
  } catch {
    return false;
  }
}

function show(text: string, origin: "imported" | "recorded"): void {
  const trace = readTrace(text);
  state.playing.value = false;
  state.place.value = undefined;
  state.selection.value = undefined;
  state.traceOrigin.value = origin;
  state.trace.value = trace;
}
