import type { Automaton } from "./automaton.ts";

/**
 * Returns the number of bytes of the shortest text from each place to the end of its rule, shape (places,), if only the bytes with
 * `isAvailable` can be written, and characters that have a token; such a character counts as one byte. Infinity where there is no text
 * (Knuth 1977, "A generalization of Dijkstra's algorithm").
 */
export function shortestTexts({ places, rules }: Automaton, isAvailable: (byte: number) => boolean): Float64Array {
  const shortest = new Float64Array(places.length).fill(Infinity);
  for (const { end } of rules) shortest[end] = 0;
  const available = availableBefore(isAvailable);
  for (let changed = true; changed;) {
    changed = false;
    // Edges lead to later places for the most part, so a few rounds from the last place to the first one suffice.
    for (let place = places.length - 1; place >= 0; place--) {
      const { skips, bytes, calls, characters } = places[place]!;
      let best = shortest[place]!;
      for (const target of skips) best = Math.min(best, shortest[target]!);
      for (const { low, high, target } of bytes) if (available[high + 1]! > available[low]!) best = Math.min(best, 1 + shortest[target]!);
      for (const target of characters) best = Math.min(best, 1 + shortest[target]!);
      for (const { rule, target } of calls) best = Math.min(best, shortest[rules[rule]!.start]! + shortest[target]!);
      if (best < shortest[place]!) [shortest[place], changed] = [best, true];
    }
  }
  return shortest;
}

/** Number of available bytes below each byte, shape (257,). */
function availableBefore(isAvailable: (byte: number) => boolean): Uint16Array {
  const before = new Uint16Array(257);
  for (let byte = 0; byte < 256; byte++) before[byte + 1] = before[byte]! + (isAvailable(byte) ? 1 : 0);
  return before;
}
