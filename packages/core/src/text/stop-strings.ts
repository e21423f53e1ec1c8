/** Searches a growing text for strings that end it. */
export interface StopStringFilter {
  /** Adds text; returns the text that can no longer be part of a stop string. `stopped`: one was found, and text from it on is dropped. */
  push(text: string): { readonly text: string; readonly stopped: boolean };
  /** Returns the text that was held back. */
  end(): string;
}

/**
 * Creates a filter. The stop string that is complete first ends the text, the longest of those that end together, so the result does not
 * depend on how the text is cut into pieces.
 */
export function stopStringFilter(stopStrings: readonly string[]): StopStringFilter {
  let held = "";
  return {
    push(text) {
      held += text;
      const start = firstMatch(held, stopStrings);
      if (start >= 0) {
        const before = held.slice(0, start);
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

/** Returns the start of the stop string that is complete first, or -1 if there is none. */
function firstMatch(text: string, stopStrings: readonly string[]): number {
  let first = { start: -1, end: Infinity };
  for (const stop of stopStrings) {
    const start = text.indexOf(stop);
    const end = start + stop.length;
    if (start >= 0 && (end < first.end || (end === first.end && start < first.start))) first = { start, end };
  }
  return first.start;
}

/** Returns the length of the longest end of `text` that is the beginning of a stop string. */
function longestOpenMatch(text: string, stopStrings: readonly string[]): number {
  let longest = 0;
  for (const stop of stopStrings) {
    for (let length = Math.min(stop.length - 1, text.length); length > longest; length--) {
      if (text.endsWith(stop.slice(0, length))) longest = length;
    }
  }
  return longest;
}
