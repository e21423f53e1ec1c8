import { InvalidOptionError } from "@decodekit/core";
import { describe, expect, test } from "vitest";
import { compileConstraint } from "../compile-constraint.ts";
import { byteModel, byteTokens } from "../models-for-tests.ts";
import { jsonSchema, type JsonSchemaOptions } from "./json-schema.ts";

type Schema = Readonly<Record<string, unknown>>;

const status = (schema: unknown, text: string, options: JsonSchemaOptions = {}): string =>
  compileConstraint(byteModel, jsonSchema(schema as Schema, options)).status(byteTokens(text));

describe("what is written", () => {
  test.each<[unknown, readonly string[], readonly string[]]>([
    [{}, ['{"a": [1, "x", null]}', "true", "-3.5", "[]", "{}"], ["[1,2]", "nul", "{a}"]],
    [true, ["0"], []],
    [{ type: ["string", "null"] }, ['"a"', "null"], ["1"]],
    [{ type: ["integer", "number"] }, ["1.5"], []],
    [{ properties: { a: { type: "null" } } }, ['{"a": null}', "{}"], ["3", '{"b": 1}']],
    [{ type: "object", properties: {}, additionalProperties: false }, ["{}"], ['{"a": 1}']],
    [
      { type: "object", required: ["a", "b"], additionalProperties: { type: "integer" } },
      ['{"a": 1, "b": 2, "c": 3}'],
      ['{"a": 1}', '{"b": 1, "a": 2}'],
    ],
    [{ type: "object", additionalProperties: true, minProperties: 1 }, ['{"a": 1}'], ["{}"]],
    [{ type: "object", additionalProperties: { type: "null" }, maxProperties: 1 }, ["{}", '{"a": null}'], ['{"a": null, "b": null}']],
    [{ type: "object", propertyNames: { enum: ["a", "b"] }, additionalProperties: { type: "null" } }, ['{"b": null}'], ['{"c": null}']],
    [{ type: "array", maxItems: 0 }, ["[]"], ["[1]"]],
    [{ type: "array", prefixItems: [{ type: "null" }, { type: "boolean" }] }, ["[null, true]"], ["[null]", "[null, true, 1]"]],
    [{ type: "array", prefixItems: [{ type: "null" }], minItems: 0, items: { const: 1 } }, ["[]", "[null]", "[null, 1, 1]"], ["[1]"]],
    [{ enum: ["a", 1, null], type: ["string", "null"] }, ['"a"', "null"], ["1"]],
    [{ type: "string", format: "date", pattern: "^x$" }, ['"x"'], ['"2024-01-01"']],
    [{ type: "string" }, ['"\\u00e9\\n"', '"é"', '"\\uFFFF"'], ['"\\ud83d\\ude00"', '"\n"', "'a'"]],
    [{ $ref: "#/$defs/tree", $defs: { tree: { type: "array", items: { $ref: "#/$defs/tree" } } } }, ["[[], [[]]]"], ["[1]"]],
    [{ type: "object", properties: { self: { $ref: "#" } } }, ['{"self": {"self": {}}}'], ['{"self": 1}']],
    [{ definitions: { "a/b~c": { const: 1 } }, $ref: "#/definitions/a~1b~0c" }, ["1"], ["2"]],
    [{ allOf: [{ type: "null" }] }, ["null"], ["1"]],
    [{ oneOf: [{ type: "string" }, { type: "integer" }, { enum: [true] }] }, ['"a"', "1", "true"], ["false"]],
  ])("by %j", (schema, texts, others) => {
    for (const text of texts) expect([text, status(schema, text)]).toEqual([text, expect.stringMatching(/^(complete|final)$/)]);
    for (const text of others) expect([text, status(schema, text)]).toEqual([text, expect.stringMatching(/violated|incomplete/)]);
  });

  test("follows the layout", () => {
    const schema = { type: "object", properties: { a: { type: "array", items: { const: 1 } } }, required: ["a"] };
    expect(status(schema, '{"a": [1, 1]}')).toBe("final");
    expect(status(schema, '{"a":[1,1]}', { whitespace: "compact" })).toBe("final");
    expect(status(schema, '{ "a" :\n[ 1 ,1 ] }', { whitespace: "any" })).toBe("final");
    expect(status({ const: { a: [], b: {} } }, '{"a": [], "b": {}}')).toBe("final");
  });

  test("leaves out ignored keywords only", () => {
    const schema = { type: "array", items: { type: "integer", multipleOf: 5 }, uniqueItems: true };
    expect(status(schema, "[5, 5]", { ignoredKeywords: ["uniqueItems", "multipleOf"] })).toBe("final");
    expect(() => jsonSchema(schema, { ignoredKeywords: ["uniqueItems"] })).toThrow("multipleOf");
  });

  test("a property of many optional ones takes a grammar of linear size", () => {
    const properties = Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`p${index}`, { type: "null" }]));
    const constraint = jsonSchema({ type: "object", properties });
    expect(constraint.grammar.length).toBeLessThan(10_000);
    expect(compileConstraint(byteModel, constraint).status(byteTokens('{"p3": null, "p59": null}'))).toBe("final");
  });
});

test("annotations assert nothing", () => {
  const schema = {
    $schema: "x",
    $id: "y",
    title: "t",
    description: "d",
    default: 1,
    examples: [],
    $comment: "",
    readOnly: true,
    type: "null",
  };
  expect(status(schema, "null")).toBe("final");
});

describe("a schema that cannot be followed is refused, with keyword and place", () => {
  test.each<[unknown, string]>([
    [{ not: {} }, "jsonSchema: the schema at #/not must be left out, since not is not supported: list what is allowed"],
    [{ properties: { "a/b": { multipleOf: 2 } } }, "the schema at #/properties/a~1b/multipleOf must be left out, since multipleOf"],
    [{ type: "array", uniqueItems: true }, "#/uniqueItems must be left out, since items are not compared"],
    [{ type: "array", contains: {} }, "#/contains"],
    [JSON.parse('{"if": {}, "then": {}}'), "#/if must be left out, since if is not supported: use anyOf"],
    [{ patternProperties: {} }, "use propertyNames with a pattern"],
    [{ type: "string", madeUp: 1 }, "#/madeUp must be left out"],
    [{ properties: { a: { $id: "x" } } }, "#/properties/a/$id"],
    [{ type: "thing" }, "#/type must be one of object, array, string"],
    [{ type: "string", format: "hostname" }, "#/format must be one of date, time, date-time, uuid, ipv4, email"],
    [{ type: "string", pattern: "a", maxLength: 3 }, "#/maxLength must be left out beside pattern"],
    [{ type: "string", pattern: "(?=a)" }, "pattern at #/pattern: line 1, column 1 must be a pattern without look-ahead"],
    [{ type: "string", pattern: 3 }, "#/pattern must be a regular expression as text, got 3"],
    [{ type: "string", minLength: -1 }, "#/minLength must be an integer >= 0, got -1"],
    [{ type: "string", minLength: 3, maxLength: 2 }, "#/maxLength must be at least minLength, 3, got 2"],
    [{ type: "number", minimum: "1" }, '#/minimum must be a number, got "1"'],
    [{ type: "integer", minimum: 3, maximum: 2 }, "a constraint that no text satisfies"],
    [{ oneOf: [{ type: "number" }, { type: "integer" }] }, "#/oneOf/0 and #/oneOf/1 may overlap: use anyOf"],
    [{ oneOf: [{ enum: [1, 2] }, { const: 2 }] }, "may overlap"],
    [{ oneOf: [{ const: { a: 1, b: 2 } }, { const: { b: 2, a: 1 } }] }, "may overlap"],
    [
      { oneOf: ["x", "y"].map((kind) => ({ type: "object", properties: { kind: { const: kind } }, required: ["constructor"] })) },
      "may overlap",
    ],
    [{ enum: [Number.NaN] }, "#/enum must be JSON values, got NaN"],
    [{ allOf: [{}, {}] }, "#/allOf must be one schema"],
    [{ anyOf: [{}], type: "string" }, "#/type must be left out beside anyOf"],
    [{ anyOf: [] }, "#/anyOf must be an array of at least 1 items"],
    [{ enum: ["a"], type: "integer" }, "#/enum must be of the type integer"],
    [{ const: 1, minimum: 0 }, "#/minimum must be left out beside const"],
    [{ $ref: "other.json" }, '#/$ref must be a JSON pointer into the same schema, such as "#/$defs/item", got "other.json"'],
    [{ $ref: "#/$defs/a" }, "#/$ref must be a reference to a part of the schema"],
    [{ $ref: "#" }, "a constraint that no text satisfies"],
    [{ type: "object", properties: { a: { $ref: "#" } }, required: ["a"] }, "a constraint that no text satisfies"],
    [{ type: "object", properties: { a: 3 } }, "#/properties/a must be a schema: an object, true or false, got 3"],
    [{ type: "object", properties: [] }, "#/properties must be an object of schemas"],
    [{ type: "object", properties: {}, required: ["a"] }, "#/required must be names of properties that the schema describes"],
    [{ type: "object", properties: { a: {} }, minProperties: 1 }, "#/minProperties must be at most the number of required properties, 0"],
    [{ type: "object", properties: { a: {}, b: {} }, maxProperties: 1 }, "#/maxProperties must be at least the number of properties, 2"],
    [
      { type: "object", properties: { a: {} }, propertyNames: { pattern: "a" }, additionalProperties: {} },
      "#/propertyNames must be left out beside properties",
    ],
    [{ type: "object", propertyNames: { type: "integer" } }, "#/propertyNames/type"],
    [{ type: "array", minItems: 2, maxItems: 1 }, "#/minItems must be at most the largest number of items, 1"],
    [{ type: "array", prefixItems: [{}], minItems: 2 }, "#/minItems must be at most"],
    [false, "the schema at # must be a schema that allows a value, got false"],
    [null, "jsonSchema: schema must be a JSON Schema"],
    ["string", "jsonSchema: schema must be a JSON Schema"],
    [{ "~standard": { version: 1 } }, '"~standard".jsonSchema'],
    [{ type: "string", minLength: 500_000 }, "the grammar must be smaller"],
  ])("%j", (schema, problem) => {
    expect(() => jsonSchema(schema as Schema)).toThrow(InvalidOptionError);
    expect(() => jsonSchema(schema as Schema)).toThrow(problem);
    expect(status({ type: "null" }, "null")).toBe("final");
  });

  test("and so is an unknown option", () => {
    expect(() => jsonSchema({}, { whitespace: "none" as never })).toThrow(
      'jsonSchema: whitespace must be one of "spaced", "compact", "any"',
    );
    expect(() => jsonSchema({}, { indent: 2 } as never)).toThrow('option "indent"');
    expect(() => jsonSchema({}, { ignoredKeywords: "not" as never })).toThrow("an array of keywords");
  });
});
