import type { Settings } from "../link/settings.ts";
import * as state from "./state.ts";

/** Changes some of the settings; outputs that a link told of are not theirs any more. */
export function changeSettings(part: Partial<Settings>): void {
  state.settings.value = { ...state.settings.value, ...part };
  state.expectedDigests.value = [];
}
