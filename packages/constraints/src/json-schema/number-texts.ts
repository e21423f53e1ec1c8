import { characters, choice, EMPTY, type Expression, NOTHING, optional, repeat, sequence, text } from "../expression.ts";

/** Digits of the largest whole part: JavaScript's numbers hold all integers of so many digits. */
const MAX_DIGITS = 15;

/** Bounds of numbers. */
export interface Bounds {
  readonly minimum?: number | undefined;
  readonly maximum?: number | undefined;
  readonly exclusiveMinimum?: number | undefined;
  readonly exclusiveMaximum?: number | undefined;
}

const digit = characters([0x30, 0x39]);
const whole = choice(text("0"), sequence(characters([0x31, 0x39]), repeat(digit, 0, MAX_DIGITS - 1)));
const fraction = sequence(text("."), repeat(digit, 1, MAX_DIGITS));

/** Integers of at most 15 digits. */
export const anyInteger: Expression = sequence(optional(text("-")), whole);
/** Numbers of at most 15 digits before and after the decimal point, without exponent. */
export const anyNumber: Expression = sequence(optional(text("-")), whole, optional(fraction));

const LARGEST = 10 ** MAX_DIGITS - 1;

/** Returns the integers within bounds of at most 15 digits. */
export function integerTexts({
  minimum = -Infinity,
  maximum = Infinity,
  exclusiveMinimum = -Infinity,
  exclusiveMaximum = Infinity,
}: Bounds): Expression {
  const low = Math.max(Math.ceil(minimum), Math.floor(exclusiveMinimum) + 1, -LARGEST);
  const high = Math.min(Math.floor(maximum), Math.ceil(exclusiveMaximum) - 1, LARGEST);
  if (low > high) return NOTHING;
  const negative = low < 0 ? sequence(text("-"), wholeBetween(Math.max(1, -high), -low)) : NOTHING;
  const positive = high >= 0 ? wholeBetween(Math.max(0, low), high) : NOTHING;
  return choice(negative, positive);
}

/** Returns the integers from `low` to `high`, 0 <= low; none if low > high. */
function wholeBetween(low: number, high: number): Expression {
  if (low > high) return NOTHING;
  const [first, last] = [String(low), String(high)];
  if (first.length === last.length) return digitsBetween(first, last);
  const parts: Expression[] = [digitsBetween(first, "9".repeat(first.length))];
  for (let length = first.length + 1; length < last.length; length++)
    parts.push(digitsBetween(`1${"0".repeat(length - 1)}`, "9".repeat(length)));
  return choice(...parts, digitsBetween(`1${"0".repeat(last.length - 1)}`, last));
}

/** Returns the texts of as many digits from `low` to `high`. */
function digitsBetween(low: string, high: string): Expression {
  const length = low.length;
  if (/^0*$/.test(low) && /^9*$/.test(high)) return repeat(digit, length, length);
  const [first, last] = [Number(low[0]), Number(high[0])];
  if (first === last) return sequence(text(low[0]!), digitsBetween(low.slice(1), high.slice(1)));
  const between = first + 1 <= last - 1 ? sequence(digitRange(first + 1, last - 1), repeat(digit, length - 1, length - 1)) : NOTHING;
  return choice(
    sequence(text(low[0]!), digitsBetween(low.slice(1), "9".repeat(length - 1))),
    between,
    sequence(text(high[0]!), digitsBetween("0".repeat(length - 1), high.slice(1))),
  );
}

const digitRange = (first: number, last: number): Expression => characters([0x30 + first, 0x30 + last]);

/** A number >= 0 by its decimal digits, and whether it is itself out of the range that it ends. */
interface Bound {
  readonly whole: number;
  readonly fraction: string;
  readonly isExcluded: boolean;
}

/** Returns the numbers within bounds, of at most 15 digits, without exponent; fewer digits after the point next to large bounds. */
export function numberTexts(bounds: Bounds): Expression {
  const low = tighter(bounds.minimum, bounds.exclusiveMinimum, 1);
  const high = tighter(bounds.maximum, bounds.exclusiveMaximum, -1);
  // So many digits that numbers which differ in writing differ in value, and an excluded bound is not rounded to.
  const digits = Math.max(0, MAX_DIGITS - Math.max(wholeDigits(low.value), wholeDigits(high.value)));
  const zero: Bound = { whole: 0, fraction: "", isExcluded: false };
  const largest: Bound = { whole: LARGEST, fraction: "9".repeat(MAX_DIGITS), isExcluded: false };
  const bound = ({ value, isExcluded }: Edge): Bound =>
    Math.abs(value) > LARGEST ? largest : { ...decimalOf(Math.abs(value)), isExcluded };
  const negative =
    low.value < 0
      ? sequence(text("-"), decimalsBetween(high.value < 0 ? bound(high) : { ...zero, isExcluded: true }, bound(low), digits))
      : NOTHING;
  const isPositive = high.value > 0 || (high.value === 0 && !high.isExcluded);
  const positive = isPositive && low.value <= LARGEST ? decimalsBetween(low.value >= 0 ? bound(low) : zero, bound(high), digits) : NOTHING;
  return choice(high.value < -LARGEST ? NOTHING : negative, positive);
}

interface Edge {
  readonly value: number;
  readonly isExcluded: boolean;
}

/** Returns the tighter of two bounds; `direction` is 1 for lower bounds. */
function tighter(included: number | undefined, excluded: number | undefined, direction: 1 | -1): Edge {
  const [a, b] = [included ?? -direction * Infinity, excluded ?? -direction * Infinity];
  return excluded !== undefined && direction * b >= direction * a ? { value: b, isExcluded: true } : { value: a, isExcluded: false };
}

const wholeDigits = (value: number): number => (Math.abs(value) <= LARGEST ? String(Math.trunc(Math.abs(value))).length : 0);

/** Returns the decimal digits of a number in [0, 10^15), the shortest that stand for it. */
function decimalOf(value: number): Omit<Bound, "isExcluded"> {
  const [mantissa, exponent = "0"] = String(value).split("e");
  const [before, after = ""] = mantissa!.split(".");
  const zeros = Math.max(0, -Number(exponent) - before!.length + 1);
  const shifted = exponent === "0" ? `${before}.${after}` : `0.${"0".repeat(zeros - 1)}${before}${after}`;
  const [beforePoint, afterPoint] = shifted.split(".");
  return { whole: Number(beforePoint), fraction: afterPoint!.replace(/0+$/, "") };
}

function decimalsBetween(low: Bound, high: Bound, digits: number): Expression {
  if (low.whole > high.whole) return NOTHING;
  const at = (value: number, from: Bound | undefined, to: Bound | undefined): Expression =>
    sequence(text(String(value)), fractions(from && tightBound(from), to && tightBound(to), digits, true));
  if (low.whole === high.whole) return at(low.whole, low, high);
  const between = sequence(wholeBetween(low.whole + 1, high.whole - 1), fractions(undefined, undefined, digits, true));
  return choice(at(low.whole, low, undefined), between, at(high.whole, undefined, high));
}

/** The digits of a bound that are still to be compared with. */
interface TightBound {
  readonly rest: string;
  readonly isExcluded: boolean;
}

const tightBound = ({ fraction: rest, isExcluded }: Bound): TightBound => ({ rest, isExcluded });

/**
 * Returns the digits after the point, at most `digits`, with the point before the first if `isFirst`, of numbers that are >= `low` and <=
 * `high` as far as they are given.
 */
function fractions(low: TightBound | undefined, high: TightBound | undefined, digits: number, isFirst = false): Expression {
  if (!low && !high)
    return digits === 0 ? EMPTY : isFirst ? optional(sequence(text("."), repeat(digit, 1, digits))) : repeat(digit, 0, digits);
  const mayEnd = (!low || (low.rest === "" && !low.isExcluded)) && (!high || high.rest !== "" || !high.isExcluded);
  const longer = digits === 0 ? NOTHING : sequence(isFirst ? text(".") : EMPTY, nextDigits(low, high, digits - 1));
  return mayEnd ? optional(longer) : longer;
}

/** Returns a digit and at most `digits` after it. Bounds that it is not next to are no longer compared with. */
function nextDigits(low: TightBound | undefined, high: TightBound | undefined, digits: number): Expression {
  const [lowest, highest] = [low ? Number(low.rest[0] ?? 0) : 0, high ? Number(high.rest[0] ?? 0) : 9];
  const next = (bound: TightBound | undefined): TightBound | undefined => bound && { ...bound, rest: bound.rest.slice(1) };
  const at = (value: number, rest: Expression): Expression => sequence(text(String(value)), rest);
  if (low && high && lowest === highest) return at(lowest, fractions(next(low), next(high), digits));
  if (lowest > highest) return NOTHING;
  const [first, last] = [low ? lowest + 1 : 0, high ? highest - 1 : 9];
  return choice(
    low ? at(lowest, fractions(next(low), undefined, digits)) : NOTHING,
    first <= last ? sequence(digitRange(first, last), fractions(undefined, undefined, digits)) : NOTHING,
    high ? at(highest, fractions(undefined, next(high), digits)) : NOTHING,
  );
}
