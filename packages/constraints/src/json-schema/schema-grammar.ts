import { characters, choice, type Expression, type Rules, ROOT, repeat, rule, sequence, text } from "../expression.ts";
import { arrayTexts } from "./array-texts.ts";
import { overlappingPair } from "./disjoint.ts";
import { type JsonLayout, quoted, stringCharacter, writeValue } from "./json-text.ts";
import { anyInteger, anyNumber, integerTexts, numberTexts } from "./number-texts.ts";
import { objectTexts } from "./object-texts.ts";
import type { SchemaTexts } from "./schema-texts.ts";
import { stringTexts } from "./string-texts.ts";
import {
  asSchema,
  assertionsOf,
  failAt,
  KEYWORDS_OF_TYPE,
  listOf,
  pointerTo,
  resolve,
  type Schema,
  type SchemaAt,
  type TypeName,
  TYPES,
  typesOf,
} from "./schema.ts";

/** Turns the schemas of one whole schema into the JSON texts of their values. */
export class SchemaGrammar implements SchemaTexts {
  readonly layout: JsonLayout;
  readonly #root: Schema;
  readonly #ignored: ReadonlySet<string>;
  readonly #rules = new Map<string, Expression>();
  /** Names of the rules of referenced schemas, by their path. */
  readonly #references = new Map<string, string>();

  constructor(root: Schema, layout: JsonLayout, ignored: ReadonlySet<string>) {
    this.#root = root;
    this.layout = layout;
    this.#ignored = ignored;
  }

  rules(): Rules {
    const root = this.texts(this.#root, "");
    return new Map([[ROOT, root], ...this.#rules]);
  }

  /** Returns the texts of the values of a schema at `path`. @throws InvalidOptionError */
  texts(value: unknown, path: string): Expression {
    const given = asSchema(value, path);
    if (given === true) return this.anyValue();
    if (given === false) return failAt(path, "a schema that allows a value", false);
    const schema = assertionsOf(given, path, this.#ignored);
    const at = { schema, path };
    const keyword = ["$ref", "const", "enum", "anyOf", "oneOf", "allOf"].find((each) => schema[each] !== undefined);
    switch (keyword) {
      case undefined:
        return this.#typed(at);
      case "$ref":
        this.#expectOnly(at, keyword, []);
        return this.#reference(schema["$ref"], path);
      case "const":
      case "enum":
        this.#expectOnly(at, keyword, ["type"]);
        return this.#values(at, keyword);
      case "allOf":
        return this.#all(at);
      default:
        this.#expectOnly(at, keyword, []);
        return this.#any(at, keyword);
    }
  }

  /** Defines a rule for texts that occur several times; returns a use of it. */
  shared(name: string, expression: () => Expression): Expression {
    if (!this.#rules.has(name)) {
      // Held before it is known, for rules that use themselves.
      this.#rules.set(name, rule(name));
      this.#rules.set(name, expression());
    }
    return rule(name);
  }

  /** Defines a rule with a new name that begins with `name`. */
  named(name: string, expression: Expression): Expression {
    if (expression.kind === "rule" || expression.kind === "text") return expression;
    let unique = name;
    for (let count = 2; this.#rules.has(unique); count++) unique = `${name}-${count}`;
    return this.shared(unique, () => expression);
  }

  /** The texts of all JSON values, as far as they are written here. */
  anyValue(): Expression {
    return this.shared("value", () => choice(...TYPES.filter((type) => type !== "integer").map((type) => this.#anyOf(type))));
  }

  character(): Expression {
    return this.shared("character", () => stringCharacter);
  }

  anyString(): Expression {
    return this.shared("string", () => quoted(repeat(stringCharacter, 0, Infinity)));
  }

  #anyOf(type: TypeName): Expression {
    const { path, schema } = { path: "", schema: {} };
    switch (type) {
      case "object":
        return this.shared("object", () => objectTexts(this, { schema: { additionalProperties: true }, path }));
      case "array":
        return this.shared("array", () => arrayTexts(this, { schema, path }));
      case "string":
        return this.anyString();
      case "number":
        return this.shared("number", () => anyNumber);
      case "integer":
        return this.shared("integer", () => anyInteger);
      case "boolean":
        return choice(text("true"), text("false"));
      default:
        return text("null");
    }
  }

  #typed(at: SchemaAt): Expression {
    const types = typesOf(at);
    if (!types) return this.anyValue();
    // A number may be an integer.
    const distinct = types.filter((type) => !(type === "integer" && types.includes("number")));
    return choice(...distinct.map((type) => this.#ofType(at, type)));
  }

  #ofType(at: SchemaAt, type: TypeName): Expression {
    const { schema } = at;
    if (!KEYWORDS_OF_TYPE[type].some((keyword) => schema[keyword] !== undefined)) return this.#anyOf(type);
    switch (type) {
      case "object":
        return objectTexts(this, at);
      case "array":
        return arrayTexts(this, at);
      case "string":
        return stringTexts(this, at);
      default: {
        const bounds: Record<string, number> = {};
        for (const keyword of KEYWORDS_OF_TYPE[type]) {
          const bound = schema[keyword];
          if (bound === undefined) continue;
          if (!Number.isFinite(bound)) failAt(pointerTo(at.path, keyword), "a number", bound);
          bounds[keyword] = bound as number;
        }
        return type === "integer" ? integerTexts(bounds) : numberTexts(bounds);
      }
    }
  }

  #reference(reference: unknown, path: string): Expression {
    const target = resolve(this.#root, reference, path);
    let name = this.#references.get(target.path);
    if (name === undefined) {
      const last = target.path
        .split("/")
        .at(-1)!
        .replaceAll(/[^A-Za-z0-9]+/g, "-");
      name = `ref-${this.#references.size + 1}-${last}`;
      this.#references.set(target.path, name);
      this.shared(name, () => this.texts(target.value, target.path));
    }
    return rule(name);
  }

  #values(at: SchemaAt, keyword: "const" | "enum"): Expression {
    const values = keyword === "const" ? [at.schema["const"]] : listOf(at, "enum", 1);
    const foreign = values.findIndex((value) => !isJson(value));
    if (foreign >= 0) failAt(pointerTo(at.path, keyword), "JSON values", values[foreign]);
    const types = at.schema["type"] === undefined ? undefined : typesOf(at);
    const allowed = values.filter((value) => !types || types.some((type) => isOfType(value, type)));
    if (allowed.length === 0) failAt(pointerTo(at.path, keyword), `of the type ${String(types)}`, values[0]);
    const layout = this.layout;
    const texts = new Map(allowed.map((value) => [JSON.stringify(value), writeValue(value, layout)]));
    return choice(...texts.values());
  }

  #any(at: SchemaAt, keyword: string): Expression {
    const path = pointerTo(at.path, keyword);
    const alternatives = listOf(at, keyword, 1);
    const pair = keyword === "oneOf" ? overlappingPair(this.#root, alternatives, path) : undefined;
    if (pair) {
      const expected = `of alternatives of which a value certainly satisfies one only, by their types or constants; #${pair[0]} and #${pair[1]} may overlap: use anyOf`;
      failAt(path, expected, alternatives);
    }
    return choice(...alternatives.map((alternative, index) => this.texts(alternative, pointerTo(path, index))));
  }

  /** One schema may stand in `allOf`, as generators of schemas write it. */
  #all(at: SchemaAt): Expression {
    this.#expectOnly(at, "allOf", []);
    const path = pointerTo(at.path, "allOf");
    const parts = listOf(at, "allOf", 1);
    if (parts.length > 1) failAt(path, "one schema: write what several assert as one", parts);
    return this.texts(parts[0], pointerTo(path, 0));
  }

  #expectOnly({ schema, path }: SchemaAt, keyword: string, allowed: readonly string[]): void {
    const other = Object.keys(schema).find((each) => each !== keyword && !allowed.includes(each));
    if (other === undefined) return;
    failAt(pointerTo(path, other), `left out beside ${keyword}, or moved into its schemas`, schema[other]);
  }
}

function isJson(value: unknown): boolean {
  if (typeof value === "object" && value !== null) return Object.values(value).every(isJson);
  return value === null || typeof value === "string" || typeof value === "boolean" || Number.isFinite(value);
}

function isOfType(value: unknown, type: TypeName): boolean {
  switch (type) {
    case "null":
      return value === null;
    case "array":
      return Array.isArray(value);
    case "object":
      return typeof value === "object" && value !== null && !Array.isArray(value);
    case "integer":
      return Number.isInteger(value);
    default:
      return typeof value === type;
  }
}

/** Whitespace between the parts of a JSON text. */
const anySpace = repeat(characters([9, 10], [13, 13], [32, 32]), 0, Infinity);

/** The layouts by name. */
export const LAYOUTS = {
  spaced: { comma: text(", "), colon: text(": "), padding: text("") },
  compact: { comma: text(","), colon: text(":"), padding: text("") },
  any: { comma: sequence(anySpace, text(","), anySpace), colon: sequence(anySpace, text(":"), anySpace), padding: anySpace },
} as const satisfies Readonly<Record<string, JsonLayout>>;
