import { seededRandom } from "@decodekit/core";
import { describe, expect, test } from "vitest";
import { compileConstraint } from "../compile-constraint.ts";
import type { CompiledConstraint } from "../compiled-constraint.ts";
import { byteModel, byteTokens } from "../models-for-tests.ts";
import { jsonSchema } from "./json-schema.ts";
import type { Bounds } from "./number-texts.ts";

const compile = (schema: object): CompiledConstraint => compileConstraint(byteModel, jsonSchema(schema as Record<string, unknown>));
const accepts = (constraint: CompiledConstraint, text: string): boolean => /^(complete|final)$/.test(constraint.status(byteTokens(text)));

const isWithin = (value: number, { minimum = -Infinity, maximum = Infinity, exclusiveMinimum, exclusiveMaximum }: Bounds): boolean =>
  value >= minimum &&
  value <= maximum &&
  !(exclusiveMinimum !== undefined && value <= exclusiveMinimum) &&
  !(exclusiveMaximum !== undefined && value >= exclusiveMaximum);

/** All decimals in [-12, 12] with at most two digits after the point, in every way of writing them. */
const decimals = Array.from({ length: 1201 }, (_, hundredth) => (hundredth / 100).toFixed(2)).flatMap((text) => [
  text,
  ...(text.endsWith("0") ? [text.slice(0, -1)] : []),
  ...(text.endsWith(".00") ? [text.slice(0, -3)] : []),
]);
const signed = [...decimals, ...decimals.filter((text) => Number(text) !== 0).map((text) => `-${text}`)];

function randomBounds(seed: number): Bounds {
  const random = seededRandom(seed);
  const bound = (): number => Math.round((random.uniform() - 0.5) * 2000) / [100, 10, 1][Math.floor(random.uniform() * 3)]! / 2;
  const [low, high] = [bound(), bound()].toSorted((a, b) => a - b);
  const kind = Math.floor(random.uniform() * 4);
  return { ...(kind & 1 ? { minimum: low } : { exclusiveMinimum: low }), ...(kind & 2 ? { maximum: high } : { exclusiveMaximum: high }) };
}

describe("numbers within bounds are exactly those", () => {
  const cases: Bounds[] = [
    { minimum: 0 },
    { exclusiveMinimum: 0 },
    { maximum: -0.5 },
    { exclusiveMaximum: 3 },
    { minimum: 2.5, exclusiveMinimum: 2.5 },
    { minimum: -1, maximum: 1 },
    { exclusiveMinimum: -0.01, exclusiveMaximum: 0.01 },
    { minimum: 3, maximum: 3 },
    ...Array.from({ length: 40 }, (_, seed) => randomBounds(seed)),
  ];
  test.each(cases.map((bounds) => [JSON.stringify(bounds), bounds] as const))("%s", (_, bounds) => {
    const number = compile({ type: "number", ...bounds });
    for (const text of signed)
      if (accepts(number, text) !== isWithin(Number(text), bounds)) expect.fail(`${text} is ${number.status(byteTokens(text))}`);
    if (!signed.some((text) => /^-?\d+$/.test(text) && isWithin(Number(text), bounds))) return;
    const integer = compile({ type: "integer", ...bounds });
    for (const text of signed) {
      const expected = /^-?\d+$/.test(text) && isWithin(Number(text), bounds);
      if (accepts(integer, text) !== expected) expect.fail(`the integer ${text} is ${integer.status(byteTokens(text))}`);
    }
  });
});

test("integers of several lengths are exactly those within bounds", () => {
  const random = seededRandom(5);
  for (let sample = 0; sample < 60; sample++) {
    const size = 10 ** (1 + Math.floor(4 * random.uniform()));
    const [minimum, maximum] = [random.uniform(), random.uniform()]
      .map((share) => Math.floor((share - 0.3) * size))
      .toSorted((a, b) => a - b) as [number, number];
    const integer = compile({ type: "integer", minimum, maximum });
    for (let value = minimum - 30; value <= maximum + 30; value += Math.ceil((maximum - minimum) / 200) || 1)
      expect(accepts(integer, String(value))).toBe(isWithin(value, { minimum, maximum }));
    for (const edge of [minimum, maximum])
      for (const value of [edge - 1, edge, edge + 1]) expect(accepts(integer, String(value))).toBe(isWithin(value, { minimum, maximum }));
  }
});

test.each([
  ["0", true],
  ["-0", true],
  ["00", false],
  ["1.", false],
  [".5", false],
  ["+1", false],
  ["1e3", false],
  ["123456789012345", true],
  ["1234567890123456", false],
  ["0.123456789012345", true],
  ["0.1234567890123456", false],
])("the number %s without bounds: %s", (text, expected) => {
  expect(accepts(compile({ type: "number" }), text)).toBe(expected);
});

test("an excluded bound is not reached by rounding", () => {
  const number = compile({ type: "number", exclusiveMinimum: 1000, maximum: 1001 });
  let text = "1000.";
  // The smallest number that can be written.
  for (;;) {
    const allowed = [...number.allowedTokens(byteTokens(text))].filter((token) => token < 256);
    if (allowed.length === 0) break;
    text += String.fromCharCode(Math.min(...allowed));
  }
  expect(Number(text)).toBeGreaterThan(1000);
  expect(accepts(compile({ type: "number", maximum: 1e300, minimum: -1e300 }), "-5.5")).toBe(true);
  expect(accepts(compile({ type: "number", minimum: 1e-7, maximum: 0.5 }), "0.0000001")).toBe(true);
  expect(accepts(compile({ type: "number", minimum: 1.5e-7, maximum: 0.5 }), "0.0000001")).toBe(false);
});
