import { type CharacterRange, LAST_CHARACTER, otherRanges } from "../expression.ts";

const DIGITS: readonly CharacterRange[] = [[0x30, 0x39]];
const WORD: readonly CharacterRange[] = [
  [0x30, 0x39],
  [0x41, 0x5a],
  [0x5f, 0x5f],
  [0x61, 0x7a],
];
const SPACE: readonly CharacterRange[] = [
  [0x09, 0x0d],
  [0x20, 0x20],
  [0xa0, 0xa0],
  [0x1680, 0x1680],
  [0x2000, 0x200a],
  [0x2028, 0x2029],
  [0x202f, 0x202f],
  [0x205f, 0x205f],
  [0x3000, 0x3000],
  [0xfeff, 0xfeff],
];

/** The characters of `\d`, `\w` and so on, by letter. */
export const CLASS_ESCAPES: Readonly<Record<string, readonly CharacterRange[]>> = {
  d: DIGITS,
  D: otherRanges(DIGITS),
  w: WORD,
  W: otherRanges(WORD),
  s: SPACE,
  S: otherRanges(SPACE),
};

/** Line terminators, which `.` does not match without the flag s. */
export const LINE_ENDS: readonly CharacterRange[] = [
  [0x0a, 0x0a],
  [0x0d, 0x0d],
  [0x2028, 0x2029],
];

const properties = new Map<string, readonly CharacterRange[]>();

/** Returns the characters of a Unicode property, written as in a pattern: `\p{Letter}`. The runtime's own regular expressions know them. */
export function propertyRanges(property: string): readonly CharacterRange[] {
  let ranges = properties.get(property);
  if (!ranges) properties.set(property, (ranges = matching(new RegExp(`^${property}$`, "u"))));
  return ranges;
}

function matching(pattern: RegExp): readonly CharacterRange[] {
  const ranges: [number, number][] = [];
  for (let point = 0; point <= LAST_CHARACTER; point++) {
    if (!pattern.test(String.fromCodePoint(point))) continue;
    const last = ranges.at(-1);
    if (last && last[1] === point - 1) last[1] = point;
    else ranges.push([point, point]);
  }
  return ranges;
}
