import { signal } from "@preact/signals";
import type { LocalFile } from "../../models/local-files.ts";

/** What the model dialog was opened with. */
interface OpenDialog {
  /** Files that were dropped on the page. */
  readonly dropped?: Promise<readonly LocalFile[]> | undefined;
}

/** The open model dialog; undefined while it is closed. */
export const openDialog = signal<OpenDialog | undefined>(undefined);
