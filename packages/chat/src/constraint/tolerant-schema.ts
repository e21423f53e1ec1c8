import { type Constraint, jsonSchema } from "@decodekit/constraints";
import { InvalidOptionError } from "@decodekit/core";
import type { JsonSchema } from "../tools/tool.ts";

/** Keywords that only narrow a value down: without them a text is still what the rest of the schema says. */
const NARROWING: ReadonlySet<string> = new Set([
  "format",
  "pattern",
  "multipleOf",
  "uniqueItems",
  "contains",
  "minContains",
  "maxContains",
  "minProperties",
  "maxProperties",
  "propertyNames",
  "patternProperties",
  "not",
  "if",
  "then",
  "else",
  "dependentRequired",
  "dependentSchemas",
  "unevaluatedProperties",
  "unevaluatedItems",
]);

/** A schema as a constraint, and the keywords that had to be left out. */
export interface SchemaConstraint {
  readonly constraint: Constraint;
  readonly ignored: readonly string[];
}

/**
 * Returns the constraint of a schema. Schemas of programs often have keywords that no grammar can follow, such as `format: "uri"`: those that
 * only narrow a value down are left out and named, so that the caller can say so.
 * @throws InvalidOptionError for a schema that is invalid, or not supported for another reason.
 */
export function tolerantSchema(schema: JsonSchema): SchemaConstraint {
  const ignored: string[] = [];
  for (;;) {
    try {
      return { constraint: jsonSchema(schema, { ignoredKeywords: ignored }), ignored };
    } catch (error) {
      const keyword = keywordOf(error);
      if (keyword === undefined || ignored.includes(keyword)) throw error;
      ignored.push(keyword);
    }
  }
}

/** Returns the keyword that an error is about, if it may be left out. */
function keywordOf(error: unknown): string | undefined {
  if (!(error instanceof InvalidOptionError)) return undefined;
  return /^the schema at #.*?([^/]*)$/u
    .exec(error.option)
    ?.slice(1)
    .find((keyword) => NARROWING.has(keyword));
}
