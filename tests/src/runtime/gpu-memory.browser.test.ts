import { generate } from "@decodekit/core";
import { loadModel } from "@decodekit/core/onnx";
import { withPrefixCache } from "@decodekit/core/toolkit";
import { greedy } from "@decodekit/greedy";
import { stories } from "@decodekit/tiny-models";
import { expect, test } from "vitest";
import { countReadBack } from "../support/count-read-back.ts";

test("the GPU buffers of rewinds, forks and trees are destroyed with their session, those of read-backs with the model", async () => {
  const model = await loadModel(stories, { execution: "webgpu" });
  const first = await model.causal.createSession();
  await first.forward(Int32Array.of(0));
  await first.dispose();
  const buffers = await countReadBack();

  const session = await model.causal.createSession();
  await session.forward(Int32Array.of(0, 402, 286));
  await session.rewindTo(2);
  const fork = await session.fork!();
  await session.forward(Int32Array.of(262), { reads: { top: 1 } });
  await fork.forward(Int32Array.of(262), { reads: { top: 8, temperature: 1 } });
  await session.forwardTree!(Int32Array.of(5, 6, 7), Int32Array.of(-1, -1, 0));
  await session.keepPath!(Int32Array.of(0, 2));
  expect(buffers.live()).toContain("decodekit cache");
  await session.rewindTo(1);
  const controller = new AbortController();
  const aborted = session.forward(Int32Array.of(7), { signal: controller.signal });
  controller.abort(new Error("enough"));
  await expect(aborted).rejects.toThrow("enough");
  await session.forward(Int32Array.of(8));
  expect(buffers.created()).toBeGreaterThan(12);

  await fork.dispose();
  await session.dispose();
  expect(new Set(buffers.live())).toEqual(new Set(["decodekit rows"]));
  await model.dispose();
  expect(buffers.live()).toEqual([]);
});

test("a prefix cache goes on from kept GPU buffers with the same text, and frees them", async () => {
  const plain = await loadModel(stories, { execution: "webgpu" });
  const model = withPrefixCache(plain);
  const beginning = "Once upon a time, there was a little dog";
  const decode = async (from: typeof plain, prompt: string): Promise<string> =>
    (await generate(from, prompt, { decoder: greedy(), maxNewTokens: 4 }).result).text;
  const prompts = [beginning, `${beginning} and a cat`, `${beginning} who sang`];
  const expected: string[] = [];
  for (const prompt of prompts) expected.push(await decode(plain, prompt));
  const buffers = await countReadBack();
  const told: string[] = [];
  for (const prompt of prompts) told.push(await decode(model, prompt));
  expect(told).toEqual(expected);
  const { hits, positionsReused, bytes } = model.prefixCache.statistics();
  expect([hits, positionsReused > 20, bytes > 0, buffers.created() > 0]).toEqual([2, true, true, true]);
  await model.dispose();
  expect(buffers.live()).toEqual([]);
});
