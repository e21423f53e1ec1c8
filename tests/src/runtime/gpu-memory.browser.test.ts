import { loadModel } from "@decodekit/core/onnx";
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
