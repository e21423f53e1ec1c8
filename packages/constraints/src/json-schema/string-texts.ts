import { type Expression, LAST_CHARACTER, characters, repeat } from "../expression.ts";
import { matchesWithin, parsePattern } from "../regular-expression/parse-pattern.ts";
import { quoted, writtenInJson } from "./json-text.ts";
import type { SchemaTexts } from "./schema-texts.ts";
import { countOf, failAt, pointerTo, type SchemaAt } from "./schema.ts";
import { FORMATS, formatStrings } from "./string-formats.ts";

/** Returns the texts of strings. Those of a pattern or format are written as `JSON.stringify` does, others also with escapes. */
export function stringTexts(grammar: SchemaTexts, at: SchemaAt): Expression {
  const { schema, path } = at;
  const [min = 0, max = Infinity] = [countOf(at, "minLength"), countOf(at, "maxLength")];
  if (max < min) failAt(pointerTo(path, "maxLength"), `at least minLength, ${min}`, max);
  const { pattern, format } = schema;
  if (pattern === undefined && format === undefined) {
    if (min === 0 && max === Infinity) return grammar.anyString();
    return quoted(repeat(grammar.character(), min, max));
  }
  const source = pattern === undefined ? "format" : "pattern";
  if (min > 0 || max < Infinity) {
    const keyword = min > 0 ? "minLength" : "maxLength";
    failAt(pointerTo(path, keyword), `left out beside ${source}, or counted in the pattern`, schema[keyword]);
  }
  return quoted(writtenInJson(pattern === undefined ? ofFormat(format, path) : ofPattern(pattern, path)));
}

/** A format beside a pattern is an annotation, as in JSON Schema itself. */
function ofPattern(pattern: unknown, path: string): Expression {
  if (typeof pattern !== "string") return failAt(pointerTo(path, "pattern"), "a regular expression as text", pattern);
  const alternatives = parsePattern(`jsonSchema, pattern at #${pointerTo(path, "pattern")}`, pattern);
  return matchesWithin(alternatives, characters([0, LAST_CHARACTER]));
}

function ofFormat(format: unknown, path: string): Expression {
  if (FORMATS.includes(format as string)) return formatStrings(format as string);
  return failAt(pointerTo(path, "format"), `one of ${FORMATS.join(", ")}, or left out, or listed in ignoredKeywords`, format);
}
