import type { RunReport } from "@decodekit/compare";

/** Returns the index of the first token in which two outputs differ, or one has ended; undefined if their texts are the same. */
export function partingOf(run: RunReport, other: RunReport): number | undefined {
  if (run.text === other.text) return undefined;
  const index = run.tokens.findIndex((token, at) => token !== other.tokens[at]);
  return index < 0 ? run.tokens.length : index;
}

/** Splits a text at the word in which it parts from another: what both share, and the rest. */
export function splitAtParting(text: string, other: string): readonly [shared: string, rest: string] {
  let end = 0;
  while (end < text.length && text[end] === other[end]) end++;
  const isBetweenWords = (letter: string | undefined): boolean => letter === undefined || /\s/.test(letter);
  if (isBetweenWords(text[end]) && isBetweenWords(other[end])) return [text.slice(0, end), text.slice(end)];
  while (end > 0 && !isBetweenWords(text[end - 1])) end--;
  return [text.slice(0, end), text.slice(end)];
}
