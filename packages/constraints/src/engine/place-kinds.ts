import type { Automaton } from "./automaton.ts";

/**
 * Marks the places, shape (places,), that a text passes: those from which it can be completed, and those within a character that leads to
 * one of them.
 */
export function keptPlaces({ places }: Automaton, shortest: Float64Array): Uint8Array {
  const isKept = Uint8Array.from(shortest, (length) => (length < Infinity ? 1 : 0));
  // A character has up to three places within it.
  for (let round = 0; round < 3; round++) {
    for (const [place, { bytes, isWithinCharacter }] of places.entries())
      if (isWithinCharacter && bytes.some(({ target }) => isKept[target])) isKept[place] = 1;
  }
  return isKept;
}

/** Marks the places, shape (places,), from which nothing can be read any more and the end of the rule is reached. */
export function tailPlaces({ places, rules }: Automaton): Uint8Array {
  const ends = new Set(rules.map(({ end }) => end));
  const isTail = new Uint8Array(places.length);
  // Skips lead to later places, except those back to the start of a loop, which can read.
  for (let place = places.length - 1; place >= 0; place--) {
    const { skips, bytes, calls } = places[place]!;
    const leadsOn = bytes.length > 0 || calls.length > 0;
    if (!leadsOn && (ends.has(place) || skips.length > 0) && skips.every((target) => isTail[target])) isTail[place] = 1;
  }
  return isTail;
}
