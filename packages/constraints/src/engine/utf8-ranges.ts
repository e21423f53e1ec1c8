import type { CharacterRange } from "../expression.ts";

/** The bytes from `low` to `high`, both included. */
export interface ByteRange {
  readonly low: number;
  readonly high: number;
}

/** The last code points of 1, 2, 3 and 4 bytes, and the first byte's marker. */
const LENGTHS = [
  { last: 0x7f, marker: 0 },
  { last: 0x7ff, marker: 0xc0 },
  { last: 0xffff, marker: 0xe0 },
  { last: 0x10ffff, marker: 0xf0 },
] as const;

/** Code points that no text contains. */
const SURROGATES: CharacterRange = [0xd800, 0xdfff];

/**
 * Returns the UTF-8 of the characters in a range, as sequences of byte ranges: together they contain the bytes of each character once, and
 * nothing else.
 */
export function utf8Ranges([first, last]: CharacterRange): readonly (readonly ByteRange[])[] {
  const [firstSurrogate, lastSurrogate] = SURROGATES;
  if (first < firstSurrogate && last > lastSurrogate)
    return [...utf8Ranges([first, firstSurrogate - 1]), ...utf8Ranges([lastSurrogate + 1, last])];
  if (first >= firstSurrogate && first <= lastSurrogate) return last > lastSurrogate ? utf8Ranges([lastSurrogate + 1, last]) : [];
  if (last >= firstSurrogate && last <= lastSurrogate) return utf8Ranges([first, firstSurrogate - 1]);
  const size = LENGTHS.findIndex((each) => first <= each.last);
  const { last: lastOfSize, marker } = LENGTHS[size]!;
  if (last > lastOfSize) return [...utf8Ranges([first, lastOfSize]), ...utf8Ranges([lastOfSize + 1, last])];
  return split(first, last, size).map(([leading, ...rest]) => [{ low: leading!.low + marker, high: leading!.high + marker }, ...rest]);
}

/** Splits numbers of `size` continuation bytes into products of ranges; the first range has the bits before them. */
function split(first: number, last: number, size: number): readonly (readonly ByteRange[])[] {
  if (size === 0) return [[{ low: first, high: last }]];
  const unit = 64 ** size;
  const [high, low] = [Math.floor(last / unit), Math.floor(first / unit)];
  const range = (from: number, to: number): ByteRange => ({ low: from, high: to });
  const continued = (rest: readonly (readonly ByteRange[])[], from: number, to: number): readonly (readonly ByteRange[])[] =>
    rest.map(([next, ...others]) => [range(from, to), { low: next!.low + 0x80, high: next!.high + 0x80 }, ...others]);
  const [startsWhole, endsWhole] = [first % unit === 0, last % unit === unit - 1];
  if (low === high && !(startsWhole && endsWhole)) return continued(split(first % unit, last % unit, size - 1), low, low);
  const [from, to] = [startsWhole ? low : low + 1, endsWhole ? high : high - 1];
  return [
    ...(startsWhole ? [] : continued(split(first % unit, unit - 1, size - 1), low, low)),
    ...(from <= to ? continued(split(0, unit - 1, size - 1), from, to) : []),
    ...(endsWhole ? [] : continued(split(0, last % unit, size - 1), high, high)),
  ];
}
