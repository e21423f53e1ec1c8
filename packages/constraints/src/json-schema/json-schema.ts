import { InvalidOptionError, objectOption, type OptionDefinition, resolveOptions } from "@decodekit/core";
import { type Constraint, constraintOf } from "../constraint.ts";
import { LAYOUTS, SchemaGrammar } from "./schema-grammar.ts";
import type { Schema } from "./schema.ts";

/** A schema object of a library, such as zod, that can tell its JSON Schema (Standard JSON Schema 1). */
export interface StandardJsonSchema {
  readonly "~standard": {
    readonly version: 1;
    readonly jsonSchema: { readonly input: (options: { readonly target: "draft-2020-12" }) => Readonly<Record<string, unknown>> };
  };
}

export interface JsonSchemaOptions {
  /**
   * The space between the parts of the text. "spaced": one after each comma and colon, as Python's `json.dumps` writes, which models know
   * best. "compact": none, as `JSON.stringify` writes. "any": any number of spaces, tabs and line ends; a model may then write them without
   * end. @defaultValue "spaced"
   */
  readonly whitespace?: keyof typeof LAYOUTS | undefined;
  /** Keywords that are left out wherever they occur, for example ["uniqueItems"]: the output may violate them. @defaultValue [] */
  readonly ignoredKeywords?: readonly string[] | undefined;
}

const OPTIONS = {
  whitespace: { type: "string", help: "The space between the parts of the text", default: "spaced", choices: Object.keys(LAYOUTS) },
  ignoredKeywords: objectOption("an array of keywords", (value) => Array.isArray(value) && value.every((each) => typeof each === "string")),
} as const satisfies Readonly<Record<keyof JsonSchemaOptions, OptionDefinition>>;

/**
 * Creates a constraint to the JSON texts of the values that a JSON Schema (draft 2020-12, draft 7) describes: a plain object, or a schema of
 * zod 4 or another library that implements Standard JSON Schema, whose input is taken. Every output is valid. Of the valid texts, some are
 * left out, so that there is one way to write most values:
 *
 * - Properties come in the order of the schema; without `additionalProperties`, an object has none beside its `properties`.
 * - `prefixItems` alone are all items.
 * - Numbers have at most 15 digits before and after the point and no exponent; strings with `pattern` or `format`, and constants, are written
 *   as `JSON.stringify` does. Characters beyond U+FFFF are not written as two escapes.
 * - A schema without `type` allows the types that its keywords speak of.
 *
 * A keyword that cannot be followed is an error, never ignored: such as not, if, multipleOf, uniqueItems, contains, patternProperties,
 * several schemas in allOf, oneOf with alternatives that may overlap, and formats other than date, time, date-time, uuid, ipv4 and email. A
 * format beside a pattern is an annotation.
 * @throws InvalidOptionError for an unknown or invalid option, a schema that is invalid or not supported (naming the keyword and its JSON
 * pointer), or one that no text satisfies.
 */
export function jsonSchema(schema: Schema | StandardJsonSchema, options: JsonSchemaOptions = {}): Constraint {
  const { whitespace, ignoredKeywords = [] } = resolveOptions("jsonSchema", options, OPTIONS);
  const grammar = new SchemaGrammar(plainSchema(schema), LAYOUTS[whitespace], new Set(ignoredKeywords));
  return constraintOf("json-schema", grammar.rules());
}

function plainSchema(schema: unknown): Schema {
  if (typeof schema === "boolean") return schema;
  const isObject = (typeof schema === "object" || typeof schema === "function") && schema !== null && !Array.isArray(schema);
  if (isObject && "~standard" in schema) {
    const { jsonSchema: converter } = (schema as StandardJsonSchema)["~standard"];
    if (typeof converter?.input === "function") return converter.input({ target: "draft-2020-12" });
  } else if (isObject && typeof schema === "object") {
    return schema as Schema;
  }
  const expected = 'a JSON Schema, or a schema object with "~standard".jsonSchema, such as those of zod 4.2 or newer';
  throw new InvalidOptionError({ where: "jsonSchema", option: "schema", expected, actual: schema });
}
