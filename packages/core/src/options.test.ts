import { describe, expect, test } from "vitest";
import { InvalidOptionError } from "./errors.ts";
import { acceptsValue, describeOption, objectOption, type OptionDefinition, resolveOptions } from "./options.ts";

const help = "its effect";

describe("an option", () => {
  const cases: readonly { option: OptionDefinition; expected: string; good: readonly unknown[]; bad: readonly unknown[] }[] = [
    {
      option: { type: "number", help, minimum: 0, maximum: 1 },
      expected: "a number in [0, 1]",
      good: [0, 0.5, 1],
      bad: [-0.1, 1.1, NaN, "1", null, true, "0.5", [0.5]],
    },
    {
      option: { type: "number", help, minimum: 0, maximum: 1, exclusiveMinimum: true },
      expected: "a number in (0, 1]",
      good: [1e-9, 1],
      bad: [0, NaN],
    },
    { option: { type: "number", help, minimum: 0 }, expected: "a number >= 0", good: [0, 1e300], bad: [-1, Infinity, NaN] },
    { option: { type: "number", help, minimum: 0, exclusiveMinimum: true }, expected: "a number > 0", good: [1], bad: [0] },
    {
      option: { type: "number", help, minimum: 0, maximum: 1, exclusiveMaximum: true },
      expected: "a number in [0, 1)",
      good: [0, 1 - 2 ** -53],
      bad: [1, -1],
    },
    { option: { type: "number", help, maximum: 3, exclusiveMaximum: true }, expected: "a number < 3", good: [2.9], bad: [3] },
    { option: { type: "number", help, maximum: 3 }, expected: "a number <= 3", good: [3, -9], bad: [4] },
    { option: { type: "number", help }, expected: "a number", good: [-1.5], bad: [Infinity, "x"] },
    { option: { type: "integer", help, minimum: 1 }, expected: "an integer >= 1", good: [1, 2 ** 53 - 1], bad: [0, 1.5, 2 ** 53, "2"] },
    { option: { type: "integer", help, minimum: 1, maximum: 3 }, expected: "an integer in [1, 3]", good: [1, 3], bad: [0, 4] },
    { option: { type: "boolean", help }, expected: "true or false", good: [true, false], bad: [0, "true", null] },
    { option: { type: "string", help }, expected: "a string", good: ["", "x"], bad: [1, null] },
    {
      option: { type: "string", help, choices: ["match", "ratio"] },
      expected: 'one of "match", "ratio"',
      good: ["match"],
      bad: ["Match", 0, null],
    },
    { option: objectOption("a function", (value) => typeof value === "function"), expected: "a function", good: [test], bad: [{}, null] },
  ];

  test.each(cases)("must be $expected", ({ option, expected, good, bad }) => {
    expect(describeOption(option)).toBe(expected);
    expect(good.filter((value) => !acceptsValue(option, value))).toEqual([]);
    expect(bad.filter((value) => acceptsValue(option, value))).toEqual([]);
  });
});

describe("resolveOptions", () => {
  interface Options {
    readonly p?: number | undefined;
    readonly name?: string | undefined;
    readonly model?: object | undefined;
  }
  const definitions = {
    p: { type: "number", help, minimum: 0, maximum: 1, default: 0.5 },
    name: { type: "string", help },
    model: { ...objectOption("an object", (value) => typeof value === "object" && value !== null), required: true },
  } as const;
  const model = {};
  const resolve = (options: unknown): unknown => resolveOptions("topP", options as Options, definitions);

  test("fills in defaults for options that are left out or undefined", () => {
    expect(resolve({ model })).toEqual({ p: 0.5, name: undefined, model });
    expect(resolve({ model, p: undefined })).toEqual({ p: 0.5, name: undefined, model });
    expect(resolve({ model, p: 0, name: "" })).toEqual({ p: 0, name: "", model });
  });

  test("has a type in which resolved options are defined", () => {
    const { p, name, model: given } = resolveOptions<Options, typeof definitions>("topP", { model }, definitions);
    const product: number = 2 * p;
    const text: string | undefined = name;
    const object: object = given;
    expect([product, text, object]).toEqual([1, undefined, model]);
  });

  const mistakes: readonly { readonly options: unknown; readonly message: string }[] = [
    { options: { model, p: 2 }, message: "topP: p must be a number in [0, 1], got 2." },
    { options: { model, p: null }, message: "topP: p must be a number in [0, 1], got null." },
    { options: { model, p: "0.5" }, message: 'topP: p must be a number in [0, 1], got "0.5".' },
    { options: { model, top: 1 }, message: 'topP: option "top" must be one of its options (p, name, model), got 1.' },
    { options: { model, constructor: 1 }, message: 'topP: option "constructor" must be one of its options (p, name, model), got 1.' },
    { options: {}, message: "topP: model must be an object, got undefined." },
    { options: 0.5, message: "topP: options must be an object, got 0.5." },
    { options: null, message: "topP: options must be an object, got null." },
  ];

  test.each(mistakes)("refuses with: $message", ({ options, message }) => {
    expect(() => resolve(options)).toThrow(InvalidOptionError);
    expect(() => resolve(options)).toThrow(message);
  });

  test("adds the advice to the error for an unknown option, and to no other", () => {
    const definition = { p: definitions.p };
    const resolveP = (options: object, advice?: string): unknown => resolveOptions("f", options, definition, advice);
    expect(() => resolveP({ q: 1 }, "see topP")).toThrow('f: option "q" must be one of its options (p); see topP, got 1.');
    expect(() => resolveP({ p: 2 }, "see topP")).toThrow("f: p must be a number in [0, 1], got 2.");
    expect(() => resolveP({ q: 1 })).toThrow('f: option "q" must be one of its options (p), got 1.');
  });

  test("states that there are no options at all", () => {
    expect(() => resolveOptions("greedy", { p: 1 }, {} as never)).toThrow("one of its options (it has none)");
  });
});
