import { compileConstraint, type CompiledConstraint, jsonSchema } from "@decodekit/constraints";
import { InvalidOptionError, seededRandom, type TokenId } from "@decodekit/core";
import { byteTokenizer } from "@decodekit/core/testing";
import { describe, expect, test } from "vitest";
import { z } from "zod";

const tokenizer = byteTokenizer();
const model = { tokenizer, stopTokens: [tokenizer.endToken] };

const Tree = z.object({
  label: z.string().max(4),
  get children() {
    return z.array(Tree).max(2);
  },
});

const schemas: Readonly<Record<string, z.ZodType>> = {
  person: z.object({ name: z.string().min(1).max(10), age: z.int().min(0).max(120), email: z.email().nullable() }),
  optional: z.object({ a: z.string().max(3).optional(), b: z.number().gt(0).lt(10), c: z.boolean().default(true) }),
  strict: z.strictObject({
    kind: z.literal("a"),
    list: z
      .array(z.enum(["x", "y"]))
      .min(1)
      .max(3),
  }),
  loose: z.looseObject({ a: z.null() }),
  tuple: z.tuple([z.string().max(2), z.number(), z.boolean()]),
  union: z.union([z.string().max(5), z.int(), z.array(z.boolean()).max(2)]),
  discriminated: z.discriminatedUnion("type", [
    z.object({ type: z.literal("circle"), radius: z.number().positive() }),
    z.object({ type: z.literal("square"), side: z.number().min(1).max(2) }),
  ]),
  record: z.record(z.string().regex(/^[a-z]{1,3}$/), z.int()),
  dates: z.object({ date: z.iso.date(), time: z.iso.time(), at: z.iso.datetime() }),
  ids: z.object({ uuid: z.uuid(), ip: z.ipv4(), code: z.string().regex(/^[A-Z]{2}-\d{3}$/) }),
  recursive: Tree,
  described: z.object({ a: z.int().describe("a count") }).meta({ title: "t" }),
};

/** Draws allowed tokens, and those that end a text soon when it gets long. */
function randomText(constraint: CompiledConstraint, seed: number): string | undefined {
  const random = seededRandom(seed);
  const output: TokenId[] = [];
  while (output.length < 500) {
    const allowed = constraint.allowedTokens(Int32Array.from(output));
    if (allowed.includes(tokenizer.endToken)) return tokenizer.decode(Int32Array.from(output));
    const ending = output.length > 20 ? allowed.filter((token) => '"]}0@.c'.includes(String.fromCharCode(token))) : [];
    const choices = ending.length > 0 && random.uniform() < 0.8 ? ending : allowed;
    output.push(choices[Math.floor(random.uniform() * choices.length)]!);
  }
  return undefined;
}

describe("schemas of zod 4", () => {
  test.each(Object.entries(schemas))("%s: every output parses", (_, schema) => {
    const constraint = compileConstraint(model, jsonSchema(schema));
    let texts = 0;
    for (let seed = 0; seed < 30; seed++) {
      const text = randomText(constraint, seed);
      if (text === undefined) continue;
      texts++;
      const { success, error } = schema.safeParse(JSON.parse(text));
      expect(success, `${text}: ${error?.message}`).toBe(true);
    }
    expect(texts).toBeGreaterThan(20);
  });

  test("that JSON Schema cannot follow token by token are refused", () => {
    expect(() => jsonSchema(z.object({ n: z.number().multipleOf(5) }))).toThrow(InvalidOptionError);
    expect(() => jsonSchema(z.object({ n: z.number().multipleOf(5) }))).toThrow("the schema at #/properties/n/multipleOf must be left out");
  });
});
