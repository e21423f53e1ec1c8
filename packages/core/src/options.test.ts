import { describe, expect, test } from "vitest";
import { InvalidOptionError } from "./errors.ts";
import { checkOptions, integerBetween, numberBetween, oneOf } from "./options.ts";

describe("checks", () => {
  test.each([
    { check: numberBetween(0, 1), expected: "a number in [0, 1]", good: [0, 0.5, 1], bad: [-0.1, 1.1, NaN, "1", null, true, "0.5", [0.5]] },
    { check: numberBetween(0, 1, { exclusiveMinimum: true }), expected: "a number in (0, 1]", good: [1e-9, 1], bad: [0, NaN] },
    { check: numberBetween(0, Infinity), expected: "a number >= 0", good: [0, 1e300], bad: [-1, Infinity, NaN] },
    { check: numberBetween(0, Infinity, { exclusiveMinimum: true }), expected: "a number > 0", good: [1], bad: [0] },
    { check: integerBetween(1), expected: "an integer >= 1", good: [1, 2 ** 53 - 1], bad: [0, 1.5, 2 ** 53, "2"] },
    { check: integerBetween(1, 3), expected: "an integer in [1, 3]", good: [1, 3], bad: [0, 4] },
    { check: oneOf("match", "ratio"), expected: 'one of "match", "ratio"', good: ["match"], bad: ["Match", 0, null] },
  ])("a value must be $expected", ({ check, expected, good, bad }) => {
    expect(check.expected).toBe(expected);
    expect(good.filter((value) => !check.accepts(value))).toEqual([]);
    expect(bad.filter((value) => check.accepts(value))).toEqual([]);
  });
});

describe("checkOptions", () => {
  const checks = { p: numberBetween(0, 1) };

  test("accepts what is right, left out or undefined", () => {
    for (const options of [{}, { p: 0.5 }, { p: undefined }]) expect(() => checkOptions("topP", options, checks)).not.toThrow();
  });

  test.each([
    { options: { p: 2 }, message: "topP: p must be a number in [0, 1], got 2." },
    { options: { p: "0.5" }, message: 'topP: p must be a number in [0, 1], got "0.5".' },
    { options: { top: 1 }, message: 'topP: option "top" must be one of its options (p), got 1.' },
    { options: { constructor: 1 }, message: 'topP: option "constructor" must be one of its options (p), got 1.' },
    { options: 0.5 as unknown as object, message: "topP: options must be an object, got 0.5." },
    { options: null as unknown as object, message: "topP: options must be an object, got null." },
  ])("refuses with: $message", ({ options, message }) => {
    expect(() => checkOptions("topP", options, checks)).toThrow(InvalidOptionError);
    expect(() => checkOptions("topP", options, checks)).toThrow(message);
  });

  test("adds what it is told to say of an unknown option, and of no other", () => {
    expect(() => checkOptions("f", { q: 1 }, checks, "see topP")).toThrow('f: option "q" must be one of its options (p); see topP, got 1.');
    expect(() => checkOptions("f", { p: 2 }, checks, "see topP")).toThrow("f: p must be a number in [0, 1], got 2.");
    expect(() => checkOptions("f", { q: 1 }, checks)).toThrow('f: option "q" must be one of its options (p), got 1.');
  });

  test("says so when there are no options at all", () => {
    expect(() => checkOptions("greedy", { p: 1 }, {})).toThrow("one of its options (it has none)");
  });
});
