import { testDecoder, testPlugin } from "@decodekit/conformance";
import { InvalidOptionError, seededRandom } from "@decodekit/core";
import {
  collectDecode,
  exactDistribution,
  outputKey,
  randomTable,
  recordingRandom,
  tableModel,
  totalVariation,
} from "@decodekit/core/testing";
import { describe, expect, test } from "vitest";
import { greedy, type GreedyOptions } from "./greedy.ts";
import plugin from "./plugin.ts";

describe("greedy", () => {
  testDecoder(test, () => greedy());
});

describe("the plugin", () => {
  testPlugin(test, plugin);
});

test.each([1, 2, 3, 4, 5, 6])("chooses the largest probability of each row, with certainty, model %d", async (seed) => {
  const table = randomTable(seededRandom(seed), 5);
  const tokens: number[] = [];
  for (let row = table[0]!; tokens.length < 4; row = table[tokens.at(-1)!]!) tokens.push(row.indexOf(Math.max(...row)));
  const stopToken = tokens[3]!;
  const end = tokens.indexOf(stopToken);
  const expected = new Map([[outputKey(tokens.slice(0, end), "stop"), 1]]);
  const actual = await exactDistribution(greedy(), { causal: tableModel({ probabilities: table }) }, Int32Array.of(0), {
    maxNewTokens: 4,
    stopTokens: [stopToken],
  });
  expect(totalVariation(actual, expected)).toBe(0);
});

test("chooses the lowest id in a tie, and draws nothing", async () => {
  const causal = tableModel({
    probabilities: [
      [0.1, 0.3, 0.3, 0.3],
      [0, 0, 0.5, 0.5],
      [0.5, 0, 0, 0.5],
      [0.25, 0.25, 0.25, 0.25],
    ],
  });
  const random = recordingRandom(seededRandom(1));
  const { tokens } = await collectDecode(greedy().decode({ causal }, Int32Array.of(3), { maxNewTokens: 5, random }));
  expect([...tokens]).toEqual([0, 1, 2, 0, 1]);
  expect(random.draws).toEqual([]);
});

test("has no options", () => {
  expect(() => greedy({ temperature: 1 } as unknown as GreedyOptions)).toThrow(
    'greedy: option "temperature" must be one of its options (it has none), got 1.',
  );
  expect(() => plugin.create({ p: 0.5 })).toThrow(InvalidOptionError);
});

test("the plugin creates the decoder that it names", () => {
  const decoder = plugin.create({});
  expect([decoder.name, decoder.requires]).toEqual([plugin.name, plugin.requires]);
  expect(plugin.presets.map((preset) => plugin.create(preset).name)).toEqual(["greedy"]);
});
