import { InvalidOptionError, LogitsError, seededRandom, softmax } from "@decodekit/core";
import { expect, test } from "vitest";
import { nucleus, temperature } from "./processors.ts";
import { topPSampler } from "./top-p.ts";

const context = { tokens: Int32Array.of(0), promptLength: 1 };
const FORBIDDEN = -Infinity;

test.each([
  { value: 1, expected: [1, 2, 3, 3] },
  { value: 0.5, expected: [2, 4, 6, 6] },
  { value: 4, expected: [0.25, 0.5, 0.75, 0.75] },
  { value: 0, expected: [FORBIDDEN, FORBIDDEN, 3, FORBIDDEN] },
])("temperature($value) divides the logits, and at 0 keeps the first of the most likely tokens", ({ value, expected }) => {
  const row = Float32Array.of(1, 2, 3, 3);
  temperature(value)(row, context);
  expect([...row]).toEqual(expected);
});

test.each([
  { p: 0.39, expected: [FORBIDDEN, FORBIDDEN, FORBIDDEN, 0] },
  { p: 0.5, expected: [FORBIDDEN, FORBIDDEN, 1, 0] },
  { p: 0.85, expected: [FORBIDDEN, 1, 1, 0] },
  { p: 1, expected: [1, 1, 1, 0] },
])("nucleus($p) forbids all but the most likely tokens, which keep their logits", ({ p, expected }) => {
  const logits = [0.1, 0.2, 0.3, 0.4].map(Math.log);
  const row = Float32Array.from(logits);
  nucleus(p)(row, context);
  expect([...row]).toEqual(expected.map((kept, token) => (kept === FORBIDDEN ? FORBIDDEN : Math.fround(logits[token]!))));
});

test.each([
  { p: 0.9, value: 0.8 },
  { p: 0.5, value: 1.5 },
  { p: 1, value: 0.7 },
])("both in sequence equal the sampler, up to float32 rounding: %o", ({ p, value }) => {
  const random = seededRandom(8);
  const row = Float32Array.from({ length: 200 }, () => 6 * random.uniform());
  const expected = topPSampler({ p, temperature: value }).distribution(row, context);
  for (const processor of [temperature(value), nucleus(p)]) processor(row, context);
  const actual = softmax(row);
  expect(Math.max(...actual.map((probability, token) => Math.abs(probability - expected[token]!)))).toBeLessThan(1e-7);
});

test.each([
  { option: "temperature", actual: -1, expected: "a number >= 0" },
  { option: "temperature", actual: NaN, expected: "a number >= 0" },
  { option: "temperature", actual: undefined as unknown as number, expected: "a number >= 0" },
  { option: "p", actual: 0, expected: "a number in (0, 1]" },
  { option: "p", actual: 1.1, expected: "a number in (0, 1]" },
  { option: "p", actual: NaN, expected: "a number in (0, 1]" },
] as const)("%o is rejected", ({ option, actual, expected }) => {
  const [create, where] = option === "p" ? [nucleus, "nucleus"] : [temperature, "temperature"];
  expect(() => create(actual)).toThrow(InvalidOptionError);
  expect(() => create(actual)).toThrow(expect.objectContaining({ where, option, expected, actual }));
});

test("nucleus(1) keeps every token, however unlikely", () => {
  const row = Float32Array.of(0, -50, FORBIDDEN);
  nucleus(1)(row, context);
  expect([...row]).toEqual([0, -50, FORBIDDEN]);
});

test.each([
  { name: "nucleus(0.5)", make: () => nucleus(0.5) },
  { name: "nucleus(1)", make: () => nucleus(1) },
  { name: "temperature(0)", make: () => temperature(0) },
])("rows without a distribution are LogitsErrors for $name", ({ make }) => {
  const processor = make();
  for (const row of [
    [NaN, 1],
    [Infinity, 1],
    [FORBIDDEN, FORBIDDEN],
  ])
    expect(() => processor(Float32Array.from(row), context)).toThrow(LogitsError);
});
