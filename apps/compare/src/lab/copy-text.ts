import { texts } from "../texts/texts.ts";
import * as state from "./state.ts";

/** Copies a result to the clipboard, and says so. */
export async function copyText(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    state.notify("info", texts.measure.copied);
  } catch {
    state.notify("error", texts.measure.notCopied);
  }
}
