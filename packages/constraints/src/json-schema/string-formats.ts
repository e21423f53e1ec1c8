import { parsePattern, wholeMatches } from "../regular-expression/parse-pattern.ts";
import type { Expression } from "../expression.ts";

const DATE =
  "(?:[0-9]{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8])))";
const CLOCK = "(?:(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\\.[0-9]{1,6})?)";
const OFFSET = "(?:Z|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])";
const BYTE = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";
const LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?";

/** Patterns of formats: RFC 3339 without leap days and leap seconds, RFC 4122, and addresses of letters, digits and a few signs. */
const PATTERNS: Readonly<Record<string, string>> = {
  date: DATE,
  time: `${CLOCK}${OFFSET}`,
  "date-time": `${DATE}T${CLOCK}${OFFSET}`,
  uuid: "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}",
  ipv4: `${BYTE}(?:\\.${BYTE}){3}`,
  email: `[A-Za-z0-9_+-]{1,32}(?:\\.[A-Za-z0-9_+-]{1,31})?@${LABEL}(?:\\.${LABEL}){0,2}\\.[A-Za-z]{2,24}`,
};

export const FORMATS: readonly string[] = Object.keys(PATTERNS);

/** Returns the strings of a format of `FORMATS`. Every one of them has that format; of dates and addresses, some are left out. */
export function formatStrings(format: string): Expression {
  return wholeMatches(parsePattern("jsonSchema", PATTERNS[format]!));
}
