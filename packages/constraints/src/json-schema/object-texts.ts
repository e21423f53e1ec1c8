import { EMPTY, type Expression, NOTHING, choice, isNothing, optional, repeat, sequence, text } from "../expression.ts";
import { otherNames } from "./json-text.ts";
import type { SchemaTexts } from "./schema-texts.ts";
import { stringTexts } from "./string-texts.ts";
import { asSchema, assertionsOf, countOf, failAt, listOf, pointerTo, type SchemaAt, type SchemaObject } from "./schema.ts";

interface Member {
  readonly texts: Expression;
  readonly isRequired: boolean;
}

/**
 * Returns the texts of objects: properties in the order of the schema, optional ones may be left out, and further ones, if any are allowed,
 * come last. Without `additionalProperties`, there are none beside `properties`.
 */
export function objectTexts(grammar: SchemaTexts, at: SchemaAt): Expression {
  const { comma, padding } = grammar.layout;
  const { members, further } = membersOf(grammar, at);
  const counts = countsOf(at, members, further !== undefined);
  const furtherTimes = (min: number, max: number): Expression => (further ? repeat(sequence(comma, further), min, max) : EMPTY);
  const areAllRequired = members.every(({ isRequired }) => isRequired);
  /** By index: what follows when so many members were written or left out, and at least one was written. */
  const after: Expression[] = [furtherTimes(0, Infinity)];
  for (const { texts, isRequired } of members.toReversed()) {
    const written = sequence(comma, texts);
    const rest = sequence(isRequired ? written : optional(written), after[0]!);
    // With optional members, several beginnings lead to the same rest.
    after.unshift(areAllRequired ? rest : grammar.named("members", rest));
  }
  /** What is written when none of the first `index` members was. */
  const from = (index: number): Expression => {
    const member = members[index];
    if (!member) {
      if (!further) return EMPTY;
      const some = sequence(further, furtherTimes(0, counts.max - 1));
      return counts.max === 0 ? EMPTY : counts.min > 0 && members.length === 0 ? some : optional(some);
    }
    const written = sequence(member.texts, after[index + 1]!);
    return member.isRequired ? written : choice(written, from(index + 1));
  };
  const inner = from(0);
  if (isNothing(inner)) return NOTHING;
  return sequence(text("{"), padding, inner, inner === EMPTY ? EMPTY : padding, text("}"));
}

function membersOf(grammar: SchemaTexts, at: SchemaAt): { readonly members: readonly Member[]; readonly further: Expression | undefined } {
  const { schema, path } = at;
  const { colon } = grammar.layout;
  const properties = (schema["properties"] ?? {}) as SchemaObject;
  if (typeof properties !== "object" || Array.isArray(properties))
    failAt(pointerTo(path, "properties"), "an object of schemas", properties);
  const required = schema["required"] === undefined ? [] : [...new Set(listOf(at, "required", 0))];
  const names = Object.keys(properties);
  const additional = schema["additionalProperties"] ?? (schema["properties"] === undefined && required.length === 0);
  const mayHaveOthers = asSchema(additional, pointerTo(path, "additionalProperties")) !== false;
  const others = required.filter((name) => !names.includes(name as string));
  for (const name of others)
    if (typeof name !== "string" || !mayHaveOthers)
      failAt(pointerTo(path, "required"), "names of properties that the schema describes", name);
  const value = (): Expression => grammar.named("property", grammar.texts(additional, pointerTo(path, "additionalProperties")));
  const member = (name: string, texts: Expression): Member => ({
    texts: sequence(text(JSON.stringify(name)), colon, texts),
    isRequired: required.includes(name),
  });
  const members = [
    ...names.map((name) => member(name, grammar.texts(properties[name], pointerTo(path, "properties", name)))),
    ...others.map((name) => member(name as string, value())),
  ];
  const further = mayHaveOthers ? sequence(furtherNames(grammar, at, [...names, ...(others as string[])]), colon, value()) : undefined;
  return { members, further };
}

/** Names that none of `names` is. They are written without escapes if there are any, so that none of these is written in another way. */
function furtherNames(grammar: SchemaTexts, { schema, path }: SchemaAt, names: readonly string[]): Expression {
  const given = schema["propertyNames"];
  const at = pointerTo(path, "propertyNames");
  if (given === undefined || given === true) return names.length === 0 ? grammar.anyString() : otherNames(names);
  const { type = "string", ...rules } = assertionsOf(asSchema(given, at) as SchemaObject, at, new Set());
  if (type !== "string") failAt(pointerTo(at, "type"), '"string"', type);
  if (Object.keys(rules).length === 0) return names.length === 0 ? grammar.anyString() : otherNames(names);
  if (names.length > 0) failAt(at, "left out beside properties", given);
  if ("enum" in rules || "const" in rules) return grammar.texts(given, at);
  return stringTexts(grammar, { schema: rules, path: at });
}

/** Returns the possible numbers of further properties, where these are all. */
function countsOf(at: SchemaAt, members: readonly Member[], hasFurther: boolean): { readonly min: number; readonly max: number } {
  const [min = 0, max = Infinity] = [countOf(at, "minProperties"), countOf(at, "maxProperties")];
  const required = members.filter(({ isRequired }) => isRequired).length;
  const most = hasFurther ? Infinity : members.length;
  // Further properties may repeat a name, so that two may be one.
  const isOnlyFurther = hasFurther && members.length === 0;
  if (min > required && !(isOnlyFurther && min === 1))
    failAt(pointerTo(at.path, "minProperties"), `at most the number of required properties, ${required}: require more of them`, min);
  if (max < most && !isOnlyFurther)
    failAt(pointerTo(at.path, "maxProperties"), `at least the number of properties, ${most}: describe fewer of them`, max);
  return { min, max };
}
