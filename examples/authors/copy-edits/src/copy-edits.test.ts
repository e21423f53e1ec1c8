import { testDrafter, testPlugin } from "@decodekit/conformance";
import { collectDecode, tableModel } from "@decodekit/core/testing";
import { promptLookup, speculative } from "@decodekit/speculative";
import { describe, expect, test } from "vitest";
import { copyEdits } from "./copy-edits.ts";
import plugin from "./plugin.ts";

// Once for every setting that takes another path through the code. With `speculate`, the decoder that uses the drafter is proved lossless.
describe.each([
  { minMatch: 1, maxEdit: 1 },
  { minMatch: 2, maxEdit: 4 },
])("copyEdits with minMatch $minMatch, maxEdit $maxEdit", (options) => {
  testDrafter(test, () => copyEdits(options), { speculate: (drafter) => speculative({ drafter, draftLength: 3 }) });
});

describe("the plugin", () => {
  testPlugin(test, plugin);
});

/** Writes `output` after `prompt` and returns the passes that it takes. */
async function passes(drafter: ReturnType<typeof copyEdits>, prompt: readonly number[], output: readonly number[]) {
  const vocabSize = 32;
  const model = tableModel({
    vocabSize,
    contextLength: 128,
    probabilities: (prefix) => Array.from({ length: vocabSize }, (_, token) => (token === output[prefix.length - prompt.length] ? 1 : 0)),
  });
  const decoder = speculative({ drafter, draftLength: 4 });
  const { tokens } = await collectDecode(decoder.decode({ causal: model }, Int32Array.from(prompt), { maxNewTokens: output.length }));
  expect([...tokens]).toEqual(output);
  return model.passes().length;
}

const source = Array.from({ length: 20 }, (_, i) => i);
const edited = (from: number, count: number, ...by: number[]) => source.toSpliced(from, count, ...by).slice(2);

test.each([
  ["a replaced token", edited(8, 1, 30), 6],
  ["an inserted token", edited(8, 0, 30), 7],
  ["a deleted token", edited(8, 1), 5],
  ["two replaced tokens", edited(8, 2, 30, 31), 7],
])("keeps its place across %s", async (_name, output, most) => {
  const prompt = [...source, 0, 1];
  const own = await passes(copyEdits(), prompt, output);
  expect(own).toBeLessThanOrEqual(await passes(promptLookup({ minNgram: 2 }), prompt, output));
  expect(own).toBeLessThanOrEqual(most);
});

test("replaces a token again", async () => {
  const prompt = [1, 2, 9, 3, 4, 5, 9, 6, 7, 8, 9, 10, 11, 1, 2];
  const output = [30, 3, 4, 5, 30, 6, 7, 8, 30, 10, 11];
  // The prompt, 30 in place of 9, and two drafts of 4 with a token more: 3 to 6, 7 to 11.
  const own = await passes(copyEdits(), prompt, output);
  expect(own).toBeLessThanOrEqual(4);
});

test("refuses what is out of range", () => {
  expect(() => copyEdits({ minMatch: 0 })).toThrow("minMatch must be an integer >= 1");
  expect(() => copyEdits({ maxEdit: 0.5 })).toThrow("maxEdit must be an integer >= 1");
});
