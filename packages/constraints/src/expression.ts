/** The code points from `first` to `last`, both included, each in [0, 0x10FFFF]. */
export type CharacterRange = readonly [first: number, last: number];

/** A set of texts. Texts are sequences of characters: Unicode code points without surrogates. */
export type Expression =
  /** One character of the ranges. */
  | { readonly kind: "characters"; readonly ranges: readonly CharacterRange[] }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "sequence"; readonly parts: readonly Expression[] }
  /** No text at all if there are no alternatives. */
  | { readonly kind: "choice"; readonly alternatives: readonly Expression[] }
  /** `part` from `min` to `max` times; `max` may be Infinity. */
  | { readonly kind: "repeat"; readonly part: Expression; readonly min: number; readonly max: number }
  | { readonly kind: "rule"; readonly name: string };

/** The rules of a grammar by name, in order. A text follows the grammar if it is one of the rule "root". */
export type Rules = ReadonlyMap<string, Expression>;

/** The rule of the whole text. */
export const ROOT = "root";

export const LAST_CHARACTER = 0x10ffff;

/** The set of the empty text. */
export const EMPTY: Expression = { kind: "text", text: "" };

/** The set without a text. */
export const NOTHING: Expression = { kind: "choice", alternatives: [] };

export const text = (value: string): Expression => ({ kind: "text", text: value });
export const rule = (name: string): Expression => ({ kind: "rule", name });

/** One of the characters of `ranges`, in any order. */
export function characters(...ranges: readonly CharacterRange[]): Expression {
  return ranges.length === 0 ? NOTHING : { kind: "characters", ranges: mergeRanges(ranges) };
}

/** The expressions one after the other. */
export function sequence(...parts: readonly Expression[]): Expression {
  const flat = parts.flatMap((part) => (part.kind === "sequence" ? part.parts : isEmpty(part) ? [] : [part]));
  if (flat.some(isNothing)) return NOTHING;
  const joined: Expression[] = [];
  for (const part of flat) {
    const last = joined.at(-1);
    if (last?.kind === "text" && part.kind === "text") joined[joined.length - 1] = text(last.text + part.text);
    else joined.push(part);
  }
  return joined.length === 0 ? EMPTY : joined.length === 1 ? joined[0]! : { kind: "sequence", parts: joined };
}

/** One of the expressions. */
export function choice(...alternatives: readonly Expression[]): Expression {
  const possible = alternatives.flatMap((each) => (each.kind === "choice" ? each.alternatives : [each]));
  return possible.length === 1 ? possible[0]! : { kind: "choice", alternatives: possible };
}

/** The expression from `min` to `max` times. */
export function repeat(part: Expression, min: number, max: number): Expression {
  if (max === 0 || isEmpty(part)) return EMPTY;
  if (isNothing(part)) return min === 0 ? EMPTY : NOTHING;
  return min === 1 && max === 1 ? part : { kind: "repeat", part, min, max };
}

export const optional = (part: Expression): Expression => repeat(part, 0, 1);

export const isNothing = (expression: Expression): boolean => expression.kind === "choice" && expression.alternatives.length === 0;
const isEmpty = (expression: Expression): boolean => expression.kind === "text" && expression.text === "";

/** Returns the same characters as ranges in ascending order that neither overlap nor touch. */
export function mergeRanges(ranges: readonly CharacterRange[]): readonly CharacterRange[] {
  const merged: [number, number][] = [];
  for (const [first, last] of ranges.toSorted((a, b) => a[0] - b[0])) {
    const previous = merged.at(-1);
    if (previous && first <= previous[1] + 1) previous[1] = Math.max(previous[1], last);
    else merged.push([first, last]);
  }
  return merged;
}

/** Returns all other characters. */
export function otherRanges(ranges: readonly CharacterRange[]): readonly CharacterRange[] {
  const others: CharacterRange[] = [];
  let next = 0;
  for (const [first, last] of mergeRanges(ranges)) {
    if (first > next) others.push([next, first - 1]);
    next = last + 1;
  }
  if (next <= LAST_CHARACTER) others.push([next, LAST_CHARACTER]);
  return others;
}
