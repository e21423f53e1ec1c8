import type { Settings } from "../url/settings.ts";
import * as state from "./state.ts";

/** Changes some settings, and drops the output digests of a share link, which no longer apply. */
export function changeSettings(part: Partial<Settings>): void {
  state.settings.value = { ...state.settings.value, ...part };
  state.expectedDigests.value = [];
}
