import { testDecoder, testPlugin } from "@decodekit/conformance";
import { InvalidOptionError } from "@decodekit/core";
import { collectDecode, memoryMaskedModel, tableModel } from "@decodekit/core/testing";
import { describe, expect, test } from "vitest";
import plugin from "./denoise-draft.ts";

const causal = tableModel({ probabilities: [0, 1, 2, 3].map((last) => [0, 1, 2, 3].map((next) => (next === (last + 1) % 3 ? 1 : 0))) });
const masked = memoryMaskedModel({
  vocabSize: 4,
  contextLength: 64,
  maskTokenId: 3,
  logitsAt: (_, canvas, index) => Float32Array.from({ length: 4 }, (__, token) => (token === (canvas[0]! + index) % 3 ? 9 : 0)),
});

/** Counts the passes of each phase over more than one position, and the longest draft. */
async function decoded(options: Parameters<typeof plugin.create>[0]) {
  const decoder = plugin.create(options);
  const { events, tokens } = await collectDecode(decoder.decode({ causal, masked }, Int32Array.of(0), { maxNewTokens: 8 }));
  expect([...tokens]).toEqual([1, 2, 0, 1, 2, 0, 1, 2]);
  const longest = Math.max(...events.map((event) => (event.type === "draft-verify" ? event.drafted : 0)));
  const count = (phase: string): number =>
    events.filter((event) => event.type === "forward-end" && event.phase === phase && event.positions > 1).length;
  return { name: decoder.name, longest, drafts: count("draft"), checks: count("verify") };
}

describe("the plugin", () => {
  testPlugin(test, plugin);
});

describe.each([{}, { draftLength: 3, steps: 3 }])("its decoder with %o", (options) => {
  testDecoder(test, () => plugin.create(options));
});

test("drafts 6 tokens in 2 passes by default, and as many as its options set", async () => {
  expect(await decoded({})).toEqual({ name: "denoise-draft", longest: 6, drafts: 2, checks: 1 });
  expect(await decoded({ draftLength: 3, steps: 1 })).toEqual({ name: "denoise-draft", longest: 3, drafts: 2, checks: 2 });
  expect(await decoded({ draftLength: 3, steps: 3 })).toMatchObject({ longest: 3, drafts: 5 });
});

test("declares the defaults that it uses", () => {
  expect([plugin.options["draftLength"]!.default, plugin.options["steps"]!.default]).toEqual([6, 2]);
  expect(plugin.requires).toEqual(plugin.create({}).requires);
});

test.each([
  ["denoise-draft: draftLength must be an integer >= 1, got 0.", { draftLength: 0 }],
  ["denoise-draft: steps must be an integer >= 1, got 0.", { steps: 0 }],
  ['denoise-draft: option "length" must be one of its options (draftLength, steps), got 3.', { length: 3 }],
])("%s", (message, options) => {
  expect(() => plugin.create(options)).toThrow(InvalidOptionError);
  expect(() => plugin.create(options)).toThrow(expect.objectContaining({ message }));
});
