import { type RandomSource, seededRandom, type TokenId } from "@decodekit/core";
import { Ajv2020 } from "ajv/dist/2020.js";
import { expect, test } from "vitest";
import { compileConstraint } from "../compile-constraint.ts";
import type { CompiledConstraint } from "../compiled-constraint.ts";
import { modelOf, type Piece } from "../models-for-tests.ts";
import { jsonSchema, type JsonSchemaOptions } from "./json-schema.ts";
import { below, randomSchema } from "./random-schemas-for-tests.ts";

const SCHEMAS = 500;
const LAYOUTS = ["spaced", "compact", "any"] as const;

const WORDS = [
  '{"',
  '": ',
  '": "',
  '", "',
  '"}',
  '"]',
  ", ",
  "}}",
  "[[",
  "name",
  "null",
  "true",
  "12",
  "\\u00",
  "\\n",
  "é",
  " the",
  '":',
  '","',
  "0.",
  "-1",
];
const BYTES = Array.from({ length: 256 }, (_, byte) => [byte]);
const PIECES: readonly Piece[] = [...BYTES, ...WORDS, [0xc3], [0xa9, 0x22], [0x9f, 0x98]];
const model = modelOf(PIECES);
const ajv = new Ajv2020({ strict: false, unicodeRegExp: true, validateFormats: true });
// Formats by definitions of their own.
const clock = /^([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/;
const isDate = (text: string): boolean => /^\d{4}-\d\d-\d\d$/.test(text) && new Date(`${text}T00:00:00Z`).toJSON()?.slice(0, 10) === text;
ajv.addFormat("date", isDate);
ajv.addFormat("time", clock);
ajv.addFormat("date-time", (text: string) => isDate(text.slice(0, 10)) && text[10] === "T" && clock.test(text.slice(11)));
ajv.addFormat("uuid", /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i);
ajv.addFormat(
  "ipv4",
  (text: string) => text.split(".").length === 4 && text.split(".").every((part) => String(Number(part)) === part && Number(part) < 256),
);
ajv.addFormat("email", /^[^@\s]+@[^@\s.]+(\.[^@\s.]+)+$/);

/** Writes a value as the layouts say. */
function write(value: unknown, layout: (typeof LAYOUTS)[number], random: RandomSource): string {
  if (typeof value !== "object" || value === null) return typeof value === "number" ? decimal(value) : JSON.stringify(value);
  const space = (): string => (layout === "any" ? [" ", "\n\t", ""][below(random, 3)]! : "");
  const after = (): string => (layout === "spaced" ? " " : space());
  const parts = Array.isArray(value)
    ? value.map((item) => write(item, layout, random))
    : Object.entries(value).map(([name, item]) => `${JSON.stringify(name)}${space()}:${after()}${write(item, layout, random)}`);
  const joined = parts.reduce((text, part, index) => (index === 0 ? part : `${text}${space()},${after()}${part}`), "");
  const [open, close] = Array.isArray(value) ? "[]" : "{}";
  return parts.length === 0 ? `${open!}${close!}` : `${open!}${space()}${joined}${space()}${close!}`;
}

const decimal = (value: number): string => (String(value).includes("e") ? value.toFixed(10).replace(/0+$/, "") : String(value));

/** Draws tokens from those that are allowed; when the output gets long, those that end it soonest. */
function randomOutput(constraint: CompiledConstraint, random: RandomSource): Int32Array | undefined {
  const ends = new Set<TokenId>(['"', "]", "}", '"}', '"]'].map((text) => PIECES.indexOf(text)).filter((token) => token >= 0));
  for (const sign of '"]}0') ends.add(sign.charCodeAt(0));
  const output: TokenId[] = [];
  while (output.length < 600) {
    const allowed = constraint.allowedTokens(Int32Array.from(output));
    expect(allowed.length).toBeGreaterThan(0);
    if (allowed.includes(model.stop) && (allowed.length === 1 || output.length > 30 || random.uniform() < 0.2))
      return Int32Array.from(output);
    const continuing = allowed.filter((token) => token !== model.stop);
    const ending = output.length > 30 ? continuing.filter((token) => ends.has(token)) : [];
    const choices = ending.length > 0 && random.uniform() < 0.9 ? ending : continuing;
    output.push(choices[below(random, choices.length)]!);
  }
  return undefined;
}

test(`outputs of ${SCHEMAS} random schemas parse and validate, and values of the schemas can be written`, () => {
  let outputs = 0;
  let values = 0;
  for (let seed = 0; seed < SCHEMAS; seed++) {
    const random = seededRandom(seed);
    const described = randomSchema(random, 2);
    const { schema } = described;
    const whitespace = LAYOUTS[seed % 3]!;
    const constraint = compileConstraint(model, jsonSchema(schema, { whitespace } satisfies JsonSchemaOptions));
    const validate = ajv.compile(schema);
    const fail = (problem: string, text: string): never => expect.fail(`seed ${seed}: ${problem}: ${text} for ${JSON.stringify(schema)}`);
    for (let sample = 0; sample < 3; sample++) {
      const output = randomOutput(constraint, random);
      if (!output) continue;
      outputs++;
      const text = model.tokenizer.decode(output);
      if (!validate(JSON.parse(text))) fail(`is not valid (${ajv.errorsText(validate.errors)})`, text);
    }
    for (let sample = 0; sample < 4; sample++) {
      const example = described.value(random);
      const text = write(example, whitespace, random);
      if (!validate(example)) fail("the test's value is not valid", text);
      values++;
      const status = constraint.status(model.tokenizer.encode(text));
      if (status !== "complete" && status !== "final") fail(`is ${status}`, text);
    }
  }
  expect(values).toBe(4 * SCHEMAS);
  expect(outputs).toBeGreaterThan(2.9 * SCHEMAS);
});
