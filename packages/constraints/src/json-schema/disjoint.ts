import { asSchema, pointerTo, resolve, type Schema, type SchemaObject, type TypeName, typesOf } from "./schema.ts";

/** Deepest nesting at which two schemas are compared. */
const MAX_DEPTH = 8;

/**
 * Returns whether it is certain that no value satisfies both schemas of the whole schema `root`: their types differ, or their constants, or
 * those of a property that both require.
 */
function areDisjoint(root: Schema, a: unknown, b: unknown, depth = 0): boolean {
  if (depth > MAX_DEPTH) return false;
  const [first, second] = [resolved(root, a), resolved(root, b)];
  if (!first || !second) return false;
  for (const keyword of ["anyOf", "oneOf"]) {
    for (const [one, other] of [
      [first, second],
      [second, first],
    ] as const) {
      const parts = one[keyword];
      if (Array.isArray(parts) && parts.every((part) => areDisjoint(root, part, other, depth + 1))) return true;
    }
  }
  const [values, others] = [valuesOf(first), valuesOf(second)];
  if (values && others) return values.every((value) => !others.includes(value));
  const [types, otherTypes] = [typesIn(first, values), typesIn(second, others)];
  if (types && otherTypes && types.every((type) => otherTypes.every((other) => !overlap(type, other)))) return true;
  return differInProperty(root, first, second, depth);
}

function resolved(root: Schema, value: unknown): SchemaObject | undefined {
  let schema = asSchema(value, "");
  for (let steps = 0; typeof schema === "object" && schema["$ref"] !== undefined; steps++) {
    if (steps > MAX_DEPTH) return undefined;
    schema = asSchema(resolve(root, schema["$ref"], "").value, "");
  }
  return typeof schema === "object" ? schema : undefined;
}

/** The only values, as JSON, that a schema allows, if it lists them. */
function valuesOf(schema: SchemaObject): readonly string[] | undefined {
  if (schema["const"] !== undefined) return [sortedJson(schema["const"])];
  return Array.isArray(schema["enum"]) ? schema["enum"].map(sortedJson) : undefined;
}

/** Returns the JSON of a value with the members of objects in the order of their names: the same for equal values. */
function sortedJson(value: unknown): string {
  const sorted = (_: string, each: unknown): unknown => {
    if (typeof each !== "object" || each === null || Array.isArray(each)) return each;
    return Object.fromEntries(Object.entries(each).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  };
  return JSON.stringify(value, sorted);
}

function typesIn(schema: SchemaObject, values: readonly string[] | undefined): readonly TypeName[] | undefined {
  if (schema["type"] !== undefined) return typesOf({ schema, path: "" });
  return values?.map((json): TypeName => {
    const value = JSON.parse(json) as unknown;
    if (value === null) return "null";
    return Array.isArray(value) ? "array" : (typeof value as TypeName);
  });
}

const overlap = (a: TypeName, b: TypeName): boolean => a === b || (/^(number|integer)$/.test(a) && /^(number|integer)$/.test(b));

function differInProperty(root: Schema, a: SchemaObject, b: SchemaObject, depth: number): boolean {
  const isObject = (schema: SchemaObject): boolean => schema["type"] === "object";
  if (!isObject(a) || !isObject(b)) return false;
  const requiredIn = (schema: SchemaObject): readonly unknown[] => (Array.isArray(schema["required"]) ? schema["required"] : []);
  const propertiesOf = (schema: SchemaObject): SchemaObject => (schema["properties"] ?? {}) as SchemaObject;
  return requiredIn(a).some((name) => {
    if (typeof name !== "string" || !requiredIn(b).includes(name)) return false;
    const [one, other] = [propertiesOf(a), propertiesOf(b)];
    return Object.hasOwn(one, name) && Object.hasOwn(other, name) && areDisjoint(root, one[name], other[name], depth + 1);
  });
}

/** Returns the JSON pointers of two alternatives that may have a value in common, or undefined if all are disjoint. */
export function overlappingPair(root: Schema, alternatives: readonly unknown[], path: string): readonly [string, string] | undefined {
  for (const [index, alternative] of alternatives.entries()) {
    const other = alternatives.findIndex((each, place) => place < index && !areDisjoint(root, alternative, each));
    if (other >= 0) return [pointerTo(path, other), pointerTo(path, index)];
  }
  return undefined;
}
