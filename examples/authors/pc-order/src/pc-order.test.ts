import { testDecoder, testPlugin } from "@decodekit/conformance";
import { collectDecode, memoryMaskedModel } from "@decodekit/core/testing";
import { refine } from "@decodekit/refinement";
import { describe, expect, test } from "vitest";
import { pcOrder } from "./pc-order.ts";
import plugin from "./plugin.ts";

// A selection is tested in the decoder that uses it, once for every setting that takes another path through the code.
describe.each([{}, { decay: 0 }, { frequencies: Array.from({ length: 10 }, (_, i) => i / 10) }])(
  "refinement with pcOrder %o",
  (options) => {
    testDecoder(test, () => refine({ select: pcOrder(options), blockLength: 4 }));
  },
);

describe("the plugin", () => {
  testPlugin(test, plugin);
});

/** The order in which three positions are committed, whose likeliest tokens are 0, 1, 2 with these probabilities. */
async function order(select: ReturnType<typeof pcOrder>, likeliest: readonly number[]): Promise<number[]> {
  const model = memoryMaskedModel({
    contextLength: 16,
    vocabSize: 5,
    maskTokenId: 4,
    logitsAt: (_prefix, _canvas, index) =>
      Float32Array.from({ length: 5 }, (_, token) =>
        token === index ? Math.log(likeliest[index]!) : token === 3 ? Math.log(1 - likeliest[index]!) : -Infinity,
      ),
  });
  const { events } = await collectDecode(
    refine({ select, blockLength: 3 }).decode({ masked: model }, Int32Array.of(3), { maxNewTokens: 3 }),
  );
  const seen: number[] = [];
  for (const event of events)
    if (event.type === "tokens-propose")
      for (const [i, token] of event.tokens.entries()) if (token !== 4 && !seen.includes(i)) seen.push(i);
  return seen;
}

test("weighs a position by its distance from the start", async () => {
  expect(await order(pcOrder({ decay: 0 }), [0.6, 0.9, 0.7])).toEqual([1, 2, 0]);
  // 0.6, 0.9 e^-0.25 = 0.70, 0.7 e^-0.5 = 0.42
  expect(await order(pcOrder(), [0.6, 0.9, 0.7])).toEqual([1, 0, 2]);
  expect(await order(pcOrder({ decay: 2 }), [0.6, 0.9, 0.7])).toEqual([0, 1, 2]);
});

test("commits tokens that are everywhere last", async () => {
  const frequencies = [0.1, 0.5, 0.01, 0, 0];
  expect(await order(pcOrder({ decay: 0, frequencies }), [0.8, 0.9, 0.7])).toEqual([2, 0, 1]);
});

test("caps what a rare token tells", async () => {
  const frequencies = [1e-3, 0.1, 0, 0, 0];
  expect(await order(pcOrder({ decay: 0, frequencies, cap: 3 }), [0.9, 0.9, 0.9])).toEqual([0, 2, 1]);
});

test("refuses what is out of range", () => {
  expect(() => pcOrder({ decay: -1 })).toThrow("decay must be a number >= 0");
  expect(() => pcOrder({ cap: 0 })).toThrow("cap must be a number > 0");
  expect(() => pcOrder({ frequencies: [2] })).toThrow("frequencies must be an array of numbers in [0, 1]");
});
