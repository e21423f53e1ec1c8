import type { Automaton } from "./automaton.ts";

/** Returns the class of each byte, shape (256,): bytes of one class are the same to the grammar. */
export function byteClasses({ places }: Automaton): Uint8Array {
  const begins = new Uint8Array(257);
  for (const { bytes } of places) {
    for (const { low, high } of bytes) begins[low] = begins[high + 1] = 1;
  }
  const classes = new Uint8Array(256);
  for (let byte = 1; byte < 256; byte++) classes[byte] = classes[byte - 1]! + begins[byte]!;
  return classes;
}
