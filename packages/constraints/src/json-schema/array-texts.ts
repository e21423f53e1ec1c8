import { EMPTY, type Expression, optional, repeat, sequence, text } from "../expression.ts";
import type { SchemaTexts } from "./schema-texts.ts";
import { asSchema, countOf, failAt, listOf, pointerTo, type SchemaAt } from "./schema.ts";

/** Returns the texts of arrays. With `prefixItems` alone, these items are all, and all are there. */
export function arrayTexts(grammar: SchemaTexts, at: SchemaAt): Expression {
  const { schema, path } = at;
  const first = schema["prefixItems"] === undefined ? [] : listOf(at, "prefixItems", 1);
  const { min, max } = countsOf(at, first.length);
  const { comma, padding } = grammar.layout;
  const items = first.map((item, index) => grammar.texts(item, pointerTo(path, "prefixItems", index)));
  const hasOthers = max > first.length;
  const other = hasOthers ? grammar.named("item", grammar.texts(schema["items"] ?? true, pointerTo(path, "items"))) : EMPTY;
  /** What follows `index` items. */
  const after = (index: number): Expression => {
    if (index >= max) return EMPTY;
    if (index >= items.length) return repeat(sequence(comma, other), Math.max(0, min - index), max - index);
    const more = sequence(comma, items[index]!, after(index + 1));
    return index < min ? more : optional(more);
  };
  const whole = max === 0 ? EMPTY : sequence(items[0] ?? other, after(1), padding);
  return sequence(text("["), padding, min === 0 ? optional(whole) : whole, text("]"));
}

function countsOf(at: SchemaAt, first: number): { readonly min: number; readonly max: number } {
  const { schema, path } = at;
  const mayBeLonger = schema["items"] === undefined ? first === 0 : asSchema(schema["items"], pointerTo(path, "items")) !== false;
  const max = Math.min(countOf(at, "maxItems") ?? Infinity, mayBeLonger ? Infinity : first);
  const min = countOf(at, "minItems") ?? Math.min(first, max);
  if (schema["uniqueItems"] === true && max > 1)
    failAt(
      pointerTo(path, "uniqueItems"),
      "left out, since items are not compared: list the possible arrays in an enum, or list it in ignoredKeywords",
      true,
    );
  if (max < min) failAt(pointerTo(path, "minItems"), `at most the largest number of items, ${max}`, min);
  return { min, max };
}
