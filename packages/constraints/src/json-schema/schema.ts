import { InvalidOptionError } from "@decodekit/core";

/** A JSON Schema object. Which members it may have, and of what type, is checked when it is read. */
export type SchemaObject = Readonly<Record<string, unknown>>;
export type Schema = SchemaObject | boolean;

export const TYPES = ["object", "array", "string", "number", "integer", "boolean", "null"] as const;
export type TypeName = (typeof TYPES)[number];

/** Keywords that assert something about values of one type. */
export const KEYWORDS_OF_TYPE: Readonly<Record<TypeName, readonly string[]>> = {
  object: ["properties", "required", "additionalProperties", "propertyNames", "minProperties", "maxProperties"],
  array: ["items", "prefixItems", "minItems", "maxItems", "uniqueItems"],
  string: ["minLength", "maxLength", "pattern", "format"],
  number: ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"],
  integer: ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"],
  boolean: [],
  null: [],
};

const ASSERTIONS: ReadonlySet<string> = new Set([
  "type",
  "enum",
  "const",
  "anyOf",
  "oneOf",
  "allOf",
  "$ref",
  ...Object.values(KEYWORDS_OF_TYPE).flat(),
]);
/** Keywords that assert nothing. */
const ANNOTATIONS: ReadonlySet<string> = new Set(
  "title description default examples deprecated readOnly writeOnly $comment $schema $defs definitions contentEncoding contentMediaType".split(
    " ",
  ),
);
/** Keywords of JSON Schema that cannot be followed token by token here, and what to do instead. */
const UNSUPPORTED: ReadonlyMap<string, string> = new Map([
  ["not", "list what is allowed"],
  ...["if", "then", "else", "dependentRequired", "dependentSchemas", "dependencies"].map((keyword) => [keyword, "use anyOf"] as const),
  ["patternProperties", "use propertyNames with a pattern, and additionalProperties"],
  ["unevaluatedProperties", "use additionalProperties"],
  ["unevaluatedItems", "use items"],
  ...["contains", "minContains", "maxContains"].map((keyword) => [keyword, "use prefixItems"] as const),
  ["multipleOf", "use an enum, or integers in smaller units"],
  ...["$dynamicRef", "$recursiveRef"].map((keyword) => [keyword, "use $ref"] as const),
  ...["$anchor", "$dynamicAnchor"].map((keyword) => [keyword, "use a JSON pointer in $ref"] as const),
]);

/** Throws that a part of the schema at `path`, a JSON pointer, must be something else. @throws InvalidOptionError */
export function failAt(path: string, expected: string, actual: unknown): never {
  throw new InvalidOptionError({ where: "jsonSchema", option: `the schema at #${path}`, expected, actual });
}

/** A schema, and where it stands in the whole one: a JSON pointer. */
export interface SchemaAt {
  readonly schema: SchemaObject;
  readonly path: string;
}

export const pointerTo = (path: string, ...keys: readonly (string | number)[]): string =>
  keys.reduce<string>((pointer, key) => `${pointer}/${String(key).replaceAll("~", "~0").replaceAll("/", "~1")}`, path);

/** Checks that every keyword is known; `ignored` ones are left out. Returns the schema without annotations. */
export function assertionsOf(schema: SchemaObject, path: string, ignored: ReadonlySet<string>): SchemaObject {
  const assertions: Record<string, unknown> = {};
  for (const [keyword, value] of Object.entries(schema)) {
    if (ignored.has(keyword) || ANNOTATIONS.has(keyword) || value === undefined) continue;
    // The identifier of the whole schema is a name. One within would change what references mean.
    if ((keyword === "$id" || keyword === "id") && path === "") continue;
    if (ASSERTIONS.has(keyword)) {
      assertions[keyword] = value;
      continue;
    }
    const advice = UNSUPPORTED.get(keyword) ?? "leave it out";
    failAt(pointerTo(path, keyword), `left out, since ${keyword} is not supported: ${advice}, or list it in ignoredKeywords`, value);
  }
  return assertions;
}

/** Reads the member `keyword` as an integer >= 0. */
export function countOf({ schema, path }: SchemaAt, keyword: string): number | undefined {
  const value = schema[keyword];
  if (value !== undefined && !(Number.isSafeInteger(value) && (value as number) >= 0))
    failAt(pointerTo(path, keyword), "an integer >= 0", value);
  return value as number | undefined;
}

/** Reads the member `keyword` as an array of at least `min` items. */
export function listOf({ schema, path }: SchemaAt, keyword: string, min: number): readonly unknown[] {
  const value = schema[keyword];
  if (!Array.isArray(value) || value.length < min) failAt(pointerTo(path, keyword), `an array of at least ${min} items`, value);
  return value as readonly unknown[];
}

/** Reads a value as a schema. */
export function asSchema(value: unknown, path: string): Schema {
  const isSchema = typeof value === "boolean" || (typeof value === "object" && value !== null && !Array.isArray(value));
  return isSchema ? (value as Schema) : failAt(path, "a schema: an object, true or false", value);
}

/** Returns the types that a schema speaks of: its `type`, or those of its keywords, or undefined for any. */
export function typesOf({ schema, path }: SchemaAt): readonly TypeName[] | undefined {
  const { type } = schema;
  if (type === undefined) {
    const spoken = TYPES.filter((name) => name !== "integer" && KEYWORDS_OF_TYPE[name].some((keyword) => schema[keyword] !== undefined));
    return spoken.length === 0 ? undefined : spoken;
  }
  const types = Array.isArray(type) ? (type as readonly unknown[]) : [type];
  if (types.length === 0 || !types.every((name) => (TYPES as readonly unknown[]).includes(name)))
    failAt(pointerTo(path, "type"), `one of ${TYPES.join(", ")}, or an array of these`, type);
  return types as readonly TypeName[];
}

/** Returns the part of the whole schema that a reference names. */
export function resolve(root: Schema, reference: unknown, path: string): { readonly value: unknown; readonly path: string } {
  const at = pointerTo(path, "$ref");
  if (typeof reference !== "string" || !/^#(\/|$)/.test(reference))
    return failAt(at, 'a JSON pointer into the same schema, such as "#/$defs/item"', reference);
  const keys = reference.slice(1).split("/").slice(1).map(unescaped);
  let value: unknown = root;
  for (const key of keys) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, key))
      failAt(at, "a reference to a part of the schema", reference);
    value = (value as Readonly<Record<string, unknown>>)[key];
  }
  return { value, path: pointerTo("", ...keys) };
}

/** Returns a key of a JSON pointer in a URL as it is. */
function unescaped(key: string): string {
  let decoded = key;
  try {
    decoded = decodeURIComponent(key);
  } catch {
    // Not escaped: a name with a percent sign.
  }
  return decoded.replaceAll("~1", "/").replaceAll("~0", "~");
}
