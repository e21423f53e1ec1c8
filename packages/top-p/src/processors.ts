import { argmax, InvalidOptionError, type LogitsProcessor, softmax } from "@decodekit/core";
import { checks } from "./checks.ts";
import { nucleusOf } from "./nucleus.ts";

/**
 * Divides every logit by `value`, a number >= 0: below 1 the likely tokens gain, above 1 the unlikely ones. 0 leaves only the
 * likeliest token, the lowest id of a tie.
 * The processor throws LogitsError at 0 when the row has no distribution.
 * @throws InvalidOptionError when out of range.
 */
export function temperature(value: number): LogitsProcessor {
  check("temperature", value);
  if (value > 0) {
    return (row) => {
      for (let token = 0; token < row.length; token++) row[token]! /= value;
    };
  }
  return (row) => {
    const likeliest = argmax(row);
    const logit = row[likeliest]!;
    row.fill(-Infinity);
    row[likeliest] = logit;
  };
}

/**
 * Forbids every token outside the nucleus: the likeliest tokens that together reach probability `p` in (0, 1], the one that
 * crosses p included, the lowest id first among equals.
 * The processor throws LogitsError when the row has no distribution.
 * @throws InvalidOptionError when out of range.
 */
export function nucleus(p: number): LogitsProcessor {
  check("p", p);
  if (p === 1) return (row) => void argmax(row);
  return (row) => {
    const kept = nucleusOf(softmax(row), p).tokens.map((token) => [token, row[token]!] as const);
    row.fill(-Infinity);
    for (const [token, logit] of kept) row[token] = logit;
  };
}

function check(option: keyof typeof checks, actual: number): void {
  if (checks[option].accepts(actual)) return;
  const where = option === "p" ? "nucleus" : "temperature";
  throw new InvalidOptionError({ where, option, expected: checks[option].expected, actual });
}
