import type { RandomSource } from "@decodekit/core";

/** A random schema with a function that draws values of it, as far as the documentation of `jsonSchema` says that they can be written. */
export interface RandomSchema {
  readonly schema: Readonly<Record<string, unknown>>;
  value(random: RandomSource): unknown;
}

export const below = (random: RandomSource, limit: number): number => Math.floor(random.uniform() * limit);
const pick = <Item>(random: RandomSource, items: readonly Item[]): Item => items[below(random, items.length)]!;

const STRINGS = ["", "a", "Ada Lovelace", "é", "日本", "😀", 'say "hi"', "back\\slash", "tab\tand\nline", "</s>", "{}", "\u0000", "0", " "];
const NAMES = ["name", "age", "a b", "é", 'quo"te', "x", "", "tags"];

const atDepth: readonly ((random: RandomSource) => RandomSchema)[] = [
  () => ({ schema: { type: "boolean" }, value: (random) => random.uniform() < 0.5 }),
  () => ({ schema: { type: "null" }, value: () => null }),
  randomString,
  randomInteger,
  randomNumber,
  randomEnum,
];

/** Returns a random schema of every supported kind, nested at most `depth` deep. */
export function randomSchema(random: RandomSource, depth: number): RandomSchema {
  const nested: readonly ((random: RandomSource, depth: number) => RandomSchema)[] = [
    randomObject,
    randomArray,
    randomTuple,
    randomUnion,
    randomMap,
  ];
  const kinds = depth === 0 ? atDepth : [...atDepth, ...nested, ...nested];
  return pick(random, kinds)(random, depth - 1);
}

function randomString(random: RandomSource): RandomSchema {
  const kind = below(random, 5);
  if (kind === 0) return { schema: { type: "string" }, value: (draw) => pick(draw, STRINGS) };
  if (kind === 1) {
    const pattern = pick(random, ["^[a-c]{1,3}$", "^(?:x|yy)*z$", "é+", "^\\d{3}-\\w$", '^"\\n?$']);
    const matching: Readonly<Record<string, readonly string[]>> = {
      "^[a-c]{1,3}$": ["a", "abc", "cb"],
      "^(?:x|yy)*z$": ["z", "xyyz", "yyyyz"],
      "é+": ["é", "aéb", "éé\u0001"],
      "^\\d{3}-\\w$": ["123-a", "000-_"],
      '^"\\n?$': ['"', '"\n'],
    };
    return { schema: { type: "string", pattern }, value: (draw) => pick(draw, matching[pattern]!) };
  }
  if (kind === 2) {
    const format = pick(random, ["date", "time", "date-time", "uuid", "ipv4", "email"]);
    const examples: Readonly<Record<string, readonly string[]>> = {
      date: ["2024-01-31", "1999-02-28", "0001-12-01"],
      time: ["23:59:59Z", "00:00:00.5+02:00"],
      "date-time": ["2024-01-31T12:00:00Z"],
      uuid: ["123e4567-e89b-12d3-a456-426614174000"],
      ipv4: ["0.0.0.0", "192.168.1.255"],
      email: ["ada@example.org", "a.b@x-y.co.uk"],
    };
    return { schema: { type: "string", format }, value: (draw) => pick(draw, examples[format]!) };
  }
  const minLength = below(random, 4);
  const maxLength = minLength + below(random, 4);
  const character = (draw: RandomSource): string => pick(draw, ["a", "é", "😀", '"', "\\", "\n", " "]);
  const value = (draw: RandomSource): string =>
    Array.from({ length: minLength + below(draw, maxLength - minLength + 1) }, () => character(draw)).join("");
  return { schema: { type: "string", minLength, maxLength }, value };
}

function randomInteger(random: RandomSource): RandomSchema {
  if (below(random, 3) === 0) return { schema: { type: "integer" }, value: (draw) => pick(draw, [0, -1, 7, 123456789012345, -10]) };
  const minimum = below(random, 3000) - 1500;
  const maximum = minimum + below(random, 10 ** (1 + below(random, 4)));
  const schema = pick<Readonly<Record<string, unknown>>>(random, [
    { type: "integer", minimum, maximum },
    { type: "integer", exclusiveMinimum: minimum - 1, exclusiveMaximum: maximum + 1 },
    { type: "integer", minimum: minimum - 0.5, maximum: maximum + 0.5 },
  ]);
  return { schema, value: (draw) => minimum + below(draw, maximum - minimum + 1) };
}

function randomNumber(random: RandomSource): RandomSchema {
  if (below(random, 3) === 0) return { schema: { type: "number" }, value: (draw) => pick(draw, [0, -1.5, 3.25, 1e-7, 123456.789]) };
  const minimum = (below(random, 4000) - 2000) / pick(random, [1, 10, 100, 1000]);
  const maximum = minimum + 1 + below(random, 100) / 10;
  const schema =
    below(random, 2) === 0
      ? { type: "number", minimum, maximum }
      : { type: "number", exclusiveMinimum: minimum, exclusiveMaximum: maximum };
  // Between the bounds, and not next to them.
  return { schema, value: (draw) => Number((minimum + (0.01 + 0.98 * draw.uniform()) * (maximum - minimum)).toFixed(4)) };
}

function randomEnum(random: RandomSource): RandomSchema {
  const values = Array.from({ length: 1 + below(random, 4) }, () =>
    pick<unknown>(random, [...STRINGS, 1, -2.5, true, null, { a: [1, "x"] }, [], {}]),
  );
  return { schema: random.uniform() < 0.3 ? { const: values[0] } : { enum: values }, value: () => values[0] };
}

function randomObject(random: RandomSource, depth: number): RandomSchema {
  const names = NAMES.filter(() => random.uniform() < 0.4);
  const members = names.map((name) => ({ name, ...randomSchema(random, depth), isRequired: random.uniform() < 0.6 }));
  const further = random.uniform() < 0.3 ? randomSchema(random, 0) : undefined;
  const schema = {
    type: "object",
    properties: Object.fromEntries(members.map(({ name, schema: each }) => [name, each])),
    ...(members.some(({ isRequired }) => isRequired) && {
      required: members.filter(({ isRequired }) => isRequired).map(({ name }) => name),
    }),
    ...(further ? { additionalProperties: further.schema } : random.uniform() < 0.5 && { additionalProperties: false }),
  };
  const value = (draw: RandomSource): unknown => {
    const written = members.filter(({ isRequired }) => isRequired || draw.uniform() < 0.5).map((each) => [each.name, each.value(draw)]);
    const others = further ? ["zz", "ag", "namex"].slice(0, below(draw, 3)).map((name) => [name, further.value(draw)]) : [];
    return Object.fromEntries([...written, ...others]) as unknown;
  };
  return { schema, value };
}

function randomArray(random: RandomSource, depth: number): RandomSchema {
  const item = randomSchema(random, depth);
  const minItems = below(random, 3);
  const maxItems = minItems + below(random, 3);
  const length = (draw: RandomSource): number => minItems + below(draw, maxItems - minItems + 1);
  return {
    schema: { type: "array", items: item.schema, minItems, maxItems },
    value: (draw) => Array.from({ length: length(draw) }, () => item.value(draw)),
  };
}

function randomTuple(random: RandomSource, depth: number): RandomSchema {
  const items = Array.from({ length: 1 + below(random, 3) }, () => randomSchema(random, depth));
  const rest = random.uniform() < 0.3 ? randomSchema(random, 0) : undefined;
  const minItems = rest ? below(random, items.length + 1) : undefined;
  const schema = {
    type: "array",
    prefixItems: items.map((each) => each.schema),
    ...(rest && { items: rest.schema }),
    ...(minItems !== undefined && { minItems }),
  };
  return {
    schema,
    value(draw) {
      const first = items.map((each) => each.value(draw));
      if (!rest) return first;
      return random.uniform() < 0.5 ? first.slice(0, Math.max(minItems!, 1)) : [...first, rest.value(draw)];
    },
  };
}

function randomUnion(random: RandomSource, depth: number): RandomSchema {
  if (random.uniform() < 0.4) {
    const parts = ["a", "b"].map((kind) => ({ kind, ...randomSchema(random, depth) }));
    const schema = {
      oneOf: parts.map((part) => ({
        type: "object",
        properties: { kind: { const: part.kind }, value: part.schema },
        required: ["kind", "value"],
      })),
    };
    return {
      schema,
      value(draw) {
        const part = pick(draw, parts);
        return { kind: part.kind, value: part.value(draw) };
      },
    };
  }
  const parts = Array.from({ length: 1 + below(random, 3) }, () => randomSchema(random, depth));
  return { schema: { anyOf: parts.map((each) => each.schema) }, value: (draw) => pick(draw, parts).value(draw) };
}

function randomMap(random: RandomSource, depth: number): RandomSchema {
  const member = randomSchema(random, depth);
  const names = random.uniform() < 0.5 ? undefined : { pattern: "^k[0-9]$" };
  return {
    schema: { type: "object", additionalProperties: member.schema, ...(names && { propertyNames: names }) },
    value: (draw) => Object.fromEntries(["k1", "k2", "k3"].slice(0, below(draw, 3)).map((name) => [name, member.value(draw)])),
  };
}
