import { generate } from "@decodekit/core";
import { loadModel } from "@decodekit/core/onnx";
import { withPrefixCache } from "@decodekit/core/toolkit";
import { greedy } from "@decodekit/greedy";
import { stories } from "@decodekit/tiny-models";
import * as ort from "onnxruntime-web/webgpu";
import { expect, test } from "vitest";

/** Counts the GPU buffers that decodekit creates, and those of them that are not destroyed yet. */
async function countLiveBuffers(): Promise<{ readonly made: () => number; readonly live: () => number }> {
  const device: GPUDevice = await ort.env.webgpu.device;
  const live = new Set<GPUBuffer>();
  let made = 0;
  const createBuffer = device.createBuffer.bind(device);
  device.createBuffer = (descriptor) => {
    const buffer = createBuffer(descriptor);
    if (!descriptor.label?.startsWith("decodekit")) return buffer;
    made++;
    live.add(buffer);
    const destroy = buffer.destroy.bind(buffer);
    buffer.destroy = () => {
      live.delete(buffer);
      return destroy();
    };
    return buffer;
  };
  return { made: () => made, live: () => live.size };
}

test("every GPU buffer of rewinds, forks, trees and read-backs is destroyed when its session is disposed", async () => {
  const model = await loadModel(stories, { execution: "webgpu" });
  const first = await model.causal.createSession();
  await first.forward(Int32Array.of(0));
  await first.dispose();
  const buffers = await countLiveBuffers();

  const session = await model.causal.createSession();
  await session.forward(Int32Array.of(0, 402, 286));
  await session.rewindTo(2);
  const fork = await session.fork!();
  await session.forward(Int32Array.of(262));
  await fork.forward(Int32Array.of(262));
  await session.forwardTree!(Int32Array.of(5, 6, 7), Int32Array.of(-1, -1, 0));
  await session.keepPath!(Int32Array.of(0, 2));
  expect(buffers.live()).toBeGreaterThan(0);
  await session.rewindTo(1);
  const controller = new AbortController();
  const aborted = session.forward(Int32Array.of(7), { signal: controller.signal });
  controller.abort(new Error("enough"));
  await expect(aborted).rejects.toThrow("enough");
  await session.forward(Int32Array.of(8));
  expect(buffers.made()).toBeGreaterThan(12);

  await fork.dispose();
  await session.dispose();
  expect(buffers.live()).toBe(0);
  await model.dispose();
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
  const buffers = await countLiveBuffers();
  const told: string[] = [];
  for (const prompt of prompts) told.push(await decode(model, prompt));
  expect(told).toEqual(expected);
  const { hits, positionsReused, bytes } = model.prefixCache.statistics();
  expect([hits, positionsReused > 20, bytes > 0, buffers.made() > 0]).toEqual([2, true, true, true]);
  await model.dispose();
  expect(buffers.live()).toBe(0);
});
