import { testDecoder, testPlugin } from "@decodekit/conformance";
import { InvalidOptionError, LogitsError, seededRandom } from "@decodekit/core";
import { exactDistribution, outputKey, type ProbabilityTable, randomTable, tableModel, totalVariation } from "@decodekit/core/testing";
import { describe, expect, test } from "vitest";
import plugin from "./plugin.ts";
import { topP, type TopPOptions, topPSampler } from "./top-p.ts";

describe.each([{}, { p: 0.5 }, { p: 1, temperature: 2 }, { temperature: 0 }])("topP(%o)", (options) => {
  testDecoder(test, () => topP(options));
});

describe("the plugin", () => {
  testPlugin(test, plugin);
});

const STOP = 3;
const context = { tokens: Int32Array.of(0), promptLength: 1 };

/** The definition, by a full sort: probabilities of the next token. */
function definition(row: readonly number[], { p = 0.95, temperature = 1 }: TopPOptions): readonly number[] {
  const logits = row.map((probability) => Math.fround(Math.log(probability)));
  const maximum = Math.max(...logits);
  if (temperature === 0) return logits.map((_, token) => (token === logits.indexOf(maximum) ? 1 : 0));
  const weights = logits.map((logit) => Math.exp((logit - maximum) / temperature));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const sorted = weights
    .map((weight, token) => ({ token, probability: weight / total }))
    .toSorted((a, b) => b.probability - a.probability || a.token - b.token);
  let cumulative = 0;
  const kept = sorted.filter(({ probability }) => {
    const before = cumulative;
    cumulative += probability;
    return p === 1 || before < p;
  });
  const mass = kept.reduce((sum, { probability }) => sum + probability, 0);
  return row.map((_, token) => (kept.find((entry) => entry.token === token)?.probability ?? 0) / mass);
}

/** Probability of every output of up to 4 tokens, computed recursively from the definition. */
function outputs(table: ProbabilityTable, options: TopPOptions): ReadonlyMap<string, number> {
  const distribution = new Map<string, number>();
  const extend = (tokens: readonly number[], probability: number): void => {
    if (probability === 0) return;
    if (tokens.length === 4) return void distribution.set(outputKey(tokens, "length"), probability);
    for (const [token, next] of definition(table[tokens.at(-1) ?? 0]!, options).entries()) {
      if (token !== STOP) extend([...tokens, token], probability * next);
      else if (next > 0) distribution.set(outputKey(tokens, "stop"), probability * next);
    }
  };
  extend([], 1);
  return distribution;
}

/** Random tables, and one with ties and zeros. */
const tables: readonly ProbabilityTable[] = [
  ...[1, 2, 3, 4, 5].map((seed) => randomTable(seededRandom(seed), 5)),
  [
    [0.2, 0.2, 0.2, 0.2, 0.2],
    [0, 0.5, 0, 0.5, 0],
    [0, 0, 0, 0, 1],
    [0.4, 0.3, 0.1, 0.1, 0.1],
    [0.25, 0, 0.25, 0.25, 0.25],
  ],
];

describe.each([
  {},
  { p: 0.1 },
  { p: 0.5 },
  { p: 0.9, temperature: 0.8 },
  { p: 0.8, temperature: 1.7 },
  { p: 1 },
  { p: 1, temperature: 0.3 },
  { p: 0.999999 },
  { temperature: 0 },
] satisfies readonly TopPOptions[])("the output distribution of topP(%o)", (options) => {
  test.each(tables.map((table, index) => ({ table, index })))("equals the definition, model $index", async ({ table }) => {
    const models = { causal: tableModel({ probabilities: table }) };
    const actual = await exactDistribution(topP(options), models, Int32Array.of(0), { maxNewTokens: 4, stopTokens: [STOP] });
    const expected = outputs(table, options);
    expect(totalVariation(actual, expected)).toBeLessThan(1e-12);
    expect(new Set(actual.keys())).toEqual(new Set(expected.keys()));
  });
});

test("the table models reach the stop token, and lose outputs to truncation", () => {
  for (const table of tables.slice(0, 5)) {
    const [all, cut] = [outputs(table, { p: 1 }), outputs(table, { p: 0.8 })];
    expect([...all.keys()].some((output) => output.endsWith("(stop)"))).toBe(true);
    expect(cut.size).toBeLessThan(all.size);
  }
});

test.each([
  { options: { p: 0 }, message: "topP: p must be a number in (0, 1], got 0." },
  { options: { p: 1.2 }, message: "topP: p must be a number in (0, 1], got 1.2." },
  { options: { p: NaN }, message: "topP: p must be a number in (0, 1], got NaN." },
  { options: { temperature: -1 }, message: "topP: temperature must be a number >= 0, got -1." },
  { options: { temperature: Infinity }, message: "topP: temperature must be a number >= 0, got Infinity." },
  { options: { top_p: 0.9 } as TopPOptions, message: 'topP: option "top_p" must be one of its options (p, temperature), got 0.9.' },
  {
    options: { p: 0.999, temperature: 0 },
    message:
      "topP: p must be left out or 1 at temperature 0, where it has no effect (leave it out, or set a temperature above 0), got 0.999.",
  },
])("rejects $options when it is called", ({ options, message }) => {
  for (const create of [topP, topPSampler, (values: object) => plugin.create(values as Record<string, number>)]) {
    expect(() => create(options)).toThrow(InvalidOptionError);
    expect(() => create(options)).toThrow(message);
  }
});

test.each([{}, { p: 1 }, { temperature: 0 }, { p: 1, temperature: 0 }])("rejects rows without a distribution, with %o", (options) => {
  for (const row of [
    [NaN, 0],
    [0, Infinity],
    [-Infinity, -Infinity],
  ]) {
    expect(() => topPSampler(options).distribution(Float32Array.from(row), context)).toThrow(LogitsError);
  }
});

test("p = 1 keeps every token, however unlikely", () => {
  expect(topPSampler({ p: 1 }).distribution(Float32Array.of(0, -50, -Infinity), context)[1]).toBeCloseTo(Math.exp(-50), 30);
});

test.each([{}, { temperature: 0 }])("decoder and sampler are named top-p, with %o", (options) => {
  expect([topP(options).name, topPSampler(options).name]).toEqual(["top-p", "top-p"]);
});

test("the sampler does not modify the row", () => {
  const row = Float32Array.of(1, 2, 3, -Infinity);
  topPSampler({ p: 0.5 }).distribution(row, context);
  expect([...row]).toEqual([1, 2, 3, -Infinity]);
});

test("the plugin has the options of topP, with its defaults", () => {
  const defaults = Object.fromEntries(Object.entries(plugin.options).map(([name, option]) => [name, option.default!]));
  const row = Float32Array.from({ length: 50 }, (_, token) => Math.sin(token) * 4);
  expect(topPSampler(defaults).distribution(row, context)).toEqual(topPSampler().distribution(row, context));
  for (const preset of plugin.presets) expect(plugin.create(preset)).toMatchObject({ name: plugin.name, requires: plugin.requires });
});
