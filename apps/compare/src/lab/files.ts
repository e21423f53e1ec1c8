import { texts } from "../texts/en.ts";
import { LARGEST_FILE, readTrace, writeTrace } from "../trace/trace-file.ts";
import { describeError } from "./describe-error.ts";
import * as state from "./state.ts";

/** Hands the run that is shown to the visitor as a file. */
export function saveTrace(): void {
  const shown = state.trace.value;
  if (!shown) return;
  const url = URL.createObjectURL(new Blob([writeTrace(shown)], { type: "application/jsonl" }));
  const link = Object.assign(document.createElement("a"), { href: url, download: `decodekit-${shown.model.name}.jsonl` });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** Shows a run from a file. What is no run is told, and what was shown stays. */
export async function openTrace(file: Blob): Promise<void> {
  if (file.size > LARGEST_FILE) {
    state.notify("error", texts.status.tooLarge);
    return;
  }
  try {
    show(await file.text(), "imported");
  } catch (error) {
    state.notify("error", texts.status.unreadable(describeError(error)));
  }
}

/** Shows a run that was recorded when the page was built. Without it the page is as good, but for the example. */
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
