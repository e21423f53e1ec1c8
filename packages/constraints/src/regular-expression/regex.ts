import { InvalidOptionError } from "@decodekit/core";
import { type Constraint, constraintOf } from "../constraint.ts";
import { ROOT } from "../expression.ts";
import { parsePattern, wholeMatches } from "./parse-pattern.ts";

/**
 * Creates a constraint to the texts that a regular expression of ECMAScript matches from beginning to end; ^ and $ at its ends change
 * nothing. A pattern as text is read with the flag u, a RegExp with its own flags, of which only u, s, d, g and y are supported.
 * @throws InvalidOptionError for an invalid pattern or one that is not regular in this sense: with look-around, word boundaries,
 * back-references, or ^ and $ within.
 */
export function regex(pattern: string | RegExp): Constraint {
  const where = "regex";
  const isRegExp = pattern instanceof RegExp;
  if (typeof pattern !== "string" && !isRegExp)
    throw new InvalidOptionError({ where, option: "pattern", expected: "a text or a RegExp", actual: pattern });
  const flags = isRegExp ? pattern.flags : "u";
  if (!/^[usdgy]*$/.test(flags)) {
    const expected = "none but u, s, d, g and y; write i and m into the pattern, as in [Aa]";
    throw new InvalidOptionError({ where, option: "flags", expected, actual: flags });
  }
  const alternatives = parsePattern(where, isRegExp ? pattern.source : pattern, flags.includes("s"));
  return constraintOf("regex", new Map([[ROOT, wholeMatches(alternatives)]]));
}
