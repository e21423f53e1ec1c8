import { type CharacterRange, characters, choice, type Expression, mergeRanges, optional, repeat, sequence, text } from "../expression.ts";

/** How JSON is written: what stands between its parts. */
export interface JsonLayout {
  readonly comma: Expression;
  readonly colon: Expression;
  /** Follows an opening bracket, precedes a closing one. */
  readonly padding: Expression;
}

const hex = characters([0x30, 0x39], [0x41, 0x46], [0x61, 0x66]);
/** Four digits of a character that is not half of a surrogate pair. */
const fourDigits = choice(
  sequence(characters([0x30, 0x39], [0x41, 0x43], [0x45, 0x46], [0x61, 0x63], [0x65, 0x66]), hex, hex, hex),
  sequence(characters([0x44, 0x44], [0x64, 0x64]), characters([0x30, 0x37]), hex, hex),
);
const escape = sequence(
  text("\\"),
  choice(
    characters(...Array.from('"\\/bfnrt', (sign): CharacterRange => [sign.charCodeAt(0), sign.charCodeAt(0)])),
    sequence(text("u"), fourDigits),
  ),
);

/** Characters that stand for themselves in a JSON text: all but quotation marks, backslashes and control characters. */
const PLAIN_RANGES: readonly CharacterRange[] = [
  [0x20, 0x21],
  [0x23, 0x5b],
  [0x5d, 0xd7ff],
  [0xe000, 0x10ffff],
];

/** One character of a JSON string, plain or as an escape; one beyond U+FFFF is written plainly. */
export const stringCharacter = choice(characters(...PLAIN_RANGES), escape);

export const quoted = (inner: Expression): Expression => sequence(text('"'), inner, text('"'));

/** Returns the JSON texts within quotation marks of strings, each written in one way: as `JSON.stringify` does. */
export function writtenInJson(strings: Expression): Expression {
  switch (strings.kind) {
    case "text":
      return text(JSON.stringify(strings.text).slice(1, -1));
    case "characters": {
      const plain = intersection(strings.ranges, PLAIN_RANGES);
      const others = intersection(strings.ranges, [
        [0, 0x1f],
        [0x22, 0x22],
        [0x5c, 0x5c],
      ]).flatMap(([first, last]) => Array.from({ length: last - first + 1 }, (_, offset) => String.fromCodePoint(first + offset)));
      return choice(characters(...plain), ...others.map((character) => text(JSON.stringify(character).slice(1, -1))));
    }
    case "sequence":
      return sequence(...strings.parts.map(writtenInJson));
    case "choice":
      return choice(...strings.alternatives.map(writtenInJson));
    case "repeat":
      return repeat(writtenInJson(strings.part), strings.min, strings.max);
    default:
      return strings;
  }
}

function intersection(a: readonly CharacterRange[], b: readonly CharacterRange[]): readonly CharacterRange[] {
  return mergeRanges(
    a.flatMap(([first, last]) =>
      b.flatMap(([from, to]) =>
        Math.max(first, from) <= Math.min(last, to) ? [[Math.max(first, from), Math.min(last, to)] as const] : [],
      ),
    ),
  );
}

/** Returns the only JSON text of a value in a layout, with its members in their order. */
export function writeValue(value: unknown, layout: JsonLayout): Expression {
  if (typeof value !== "object" || value === null) return text(JSON.stringify(value));
  const isArray = Array.isArray(value);
  const parts = isArray
    ? value.map((item) => writeValue(item, layout))
    : Object.entries(value).map(([name, member]) => sequence(text(JSON.stringify(name)), layout.colon, writeValue(member, layout)));
  const list = parts.flatMap((part, index) => (index === 0 ? [part] : [layout.comma, part]));
  const inner = parts.length === 0 ? [layout.padding] : [layout.padding, ...list, layout.padding];
  return sequence(text(isArray ? "[" : "{"), ...inner, text(isArray ? "]" : "}"));
}

/** Returns the JSON texts of strings that differ from all of `words`, written without escapes. */
export function otherNames(words: readonly string[]): Expression {
  const plain = characters(...PLAIN_RANGES);
  const rest = (group: readonly string[]): Expression => {
    const initials = [...new Set(group.flatMap((word) => Array.from(word).slice(0, 1)))];
    if (initials.length === 0) return group.includes("") ? repeat(plain, 1, Infinity) : repeat(plain, 0, Infinity);
    const others = outside(initials.map((initial) => initial.codePointAt(0)!));
    const continued = choice(
      sequence(characters(...others), repeat(plain, 0, Infinity)),
      ...initials
        .filter((initial) => intersection([[initial.codePointAt(0)!, initial.codePointAt(0)!]], PLAIN_RANGES).length > 0)
        .map((initial) =>
          sequence(text(initial), rest(group.filter((word) => word.startsWith(initial)).map((word) => word.slice(initial.length)))),
        ),
    );
    return group.includes("") ? continued : optional(continued);
  };
  return quoted(rest(words));
}

function outside(points: readonly number[]): readonly CharacterRange[] {
  let ranges = PLAIN_RANGES;
  for (const point of points)
    ranges = ranges.flatMap(([first, last]) =>
      point < first || point > last
        ? [[first, last] as const]
        : (
            [
              [first, point - 1],
              [point + 1, last],
            ] as const
          ).filter(([from, to]) => from <= to),
    );
  return ranges;
}
