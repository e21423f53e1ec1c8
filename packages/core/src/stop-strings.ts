/** Watches a growing text for strings that end it. */
export interface StopStringFilter {
  /** Adds text; returns what can no longer be part of a stop string. `stopped` when one was found: text from it on is dropped. */
  push(text: string): { readonly text: string; readonly stopped: boolean };
  /** Returns what was held back. */
  end(): string;
}

/** The earliest match ends the text; of two that start together, either gives the same text. */
export function stopStringFilter(stopStrings: readonly string[]): StopStringFilter {
  let held = "";
  return {
    push(text) {
      held += text;
      const matches = stopStrings.map((stop) => held.indexOf(stop)).filter((index) => index >= 0);
      if (matches.length > 0) {
        const before = held.slice(0, Math.min(...matches));
        held = "";
        return { text: before, stopped: true };
      }
      const certain = held.length - longestOpenMatch(held, stopStrings);
      const before = held.slice(0, certain);
      held = held.slice(certain);
      return { text: before, stopped: false };
    },
    end() {
      const rest = held;
      held = "";
      return rest;
    },
  };
}

/** Length of the longest end of `text` that a stop string could begin with. */
function longestOpenMatch(text: string, stopStrings: readonly string[]): number {
  let longest = 0;
  for (const stop of stopStrings) {
    for (let length = Math.min(stop.length - 1, text.length); length > longest; length--) {
      if (text.endsWith(stop.slice(0, length))) longest = length;
    }
  }
  return longest;
}
