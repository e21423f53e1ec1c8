import type { PluginOption } from "@decodekit/core";
import { describe, expect, test } from "vitest";
import { contradictionOf, invalidValues, problemOf, validValues } from "./plugin-options.ts";

const help = "Some help";
const number: PluginOption = { type: "number", help, minimum: 0, maximum: 4 };
const open: PluginOption = { type: "number", help, minimum: 0, exclusiveMinimum: true };
const integer: PluginOption = { type: "integer", help, minimum: 1, default: 3 };
const choice: PluginOption = { type: "string", help, choices: ["left", "right"] };
const text: PluginOption = { type: "string", help, default: "auto" };
const flag: PluginOption = { type: "boolean", help };

describe("valid values are the default, the bounds and a value between them", () => {
  test.each<[PluginOption, readonly unknown[]]>([
    [number, [0, 2, 4]],
    [{ ...number, default: 1 }, [1, 0, 2, 4]],
    [open, [1e-6, 0.5]],
    [integer, [3, 1, 2]],
    [{ type: "integer", help }, [2]],
    [{ type: "integer", help, minimum: 2, exclusiveMinimum: true, maximum: 9 }, [3, 9]],
    [{ type: "integer", help, minimum: 2, maximum: 9, exclusiveMaximum: true }, [2, 3, 8]],
    [{ type: "integer", help, minimum: 5, maximum: 5 }, [5]],
    [{ type: "number", help }, [0.5]],
    [choice, ["left", "right"]],
    [text, ["auto"]],
    [{ type: "string", help }, []],
    [flag, [true, false]],
  ])("%o", (option, expected) => {
    expect(validValues(option)).toEqual(expected);
    for (const value of expected) expect(problemOf(option, value)).toBeUndefined();
  });
});

describe("invalid values are of other types, and just beyond the bounds", () => {
  test.each<[PluginOption, readonly unknown[]]>([
    [number, [null, {}, NaN, Infinity, "0", -1e-6, 4 + 1e-6]],
    [open, [null, {}, NaN, Infinity, "0.000001", -1e-6, 0]],
    [integer, [null, {}, NaN, Infinity, "3", 1.5, 0]],
    [{ type: "integer", help, maximum: 9 }, [null, {}, NaN, Infinity, "2", 0.5, 10]],
    [choice, [null, {}, true, "left-right-"]],
    [text, [null, {}, true]],
    [flag, [null, {}, "true", 1]],
  ])("%o", (option, expected) => {
    const tried = invalidValues(option);
    expect(tried.map(({ value }) => value)).toEqual(expected);
    for (const { value } of tried) expect(problemOf(option, value)).toBeDefined();
    expect(new Set(tried.map(({ what }) => what)).size).toBe(tried.length);
  });
});

test.each<[PluginOption, unknown, string]>([
  [number, "1", "is not a number"],
  [integer, "1", "is not an integer"],
  [integer, 1.5, "is not an integer"],
  [number, NaN, "is not finite"],
  [number, -1, "is below its minimum of 0"],
  [open, 0, "is its minimum of 0, which is out of range"],
  [number, 5, "is above its maximum of 4"],
  [choice, "up", "is not one of its choices (left, right)"],
  [flag, "true", "is not a boolean"],
  [text, 1, "is not a string"],
])("describes the problem of a value: %o, %o", (option, value, expected) => expect(problemOf(option, value)).toBe(expected));

test.each([number, open, integer, choice, text, flag, { ...number, default: 0 }, { ...number, default: 4 }, { ...number, minimum: 4 }])(
  "finds no contradiction in %o",
  (option) => expect(contradictionOf(option)).toBeUndefined(),
);

test.each<[object, string]>([
  [{ ...number, help: " spaces " }, "needs a help text of one line"],
  [{ ...number, help: "two\nlines" }, "needs a help text of one line"],
  [{ ...number, help: undefined }, "needs a help text of one line"],
  [{ ...number, minimum: -Infinity }, "has the minimum -Infinity, which is not a finite number: leave it out"],
  [{ ...integer, maximum: 4.5 }, "has the maximum 4.5, which is not an integer"],
  [{ ...flag, maximum: 1 }, 'has a maximum although its type is "boolean"'],
  [{ ...flag, choices: ["true"] }, 'has choices although its type is "boolean"'],
  [{ ...flag, default: "true" }, 'has the default "true", which is not a boolean'],
  [{ ...number, default: 9 }, "has the default 9, which is above its maximum of 4"],
])("finds the contradiction in %o", (option, expected) => expect(contradictionOf(option as PluginOption)).toBe(expected));
