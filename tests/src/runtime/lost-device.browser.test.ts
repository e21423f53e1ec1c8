import { generate } from "@decodekit/core";
import { loadModel, DeviceLostError } from "@decodekit/core/onnx";
import { greedy } from "@decodekit/greedy";
import { puzzles, stories } from "@decodekit/tiny-models";
import * as ort from "onnxruntime-web/webgpu";
import { expect, test } from "vitest";

const options = { decoder: greedy(), maxNewTokens: 24 };

test("models can be disposed and loaded again on WebGPU: the runtime's device outlives the last model", async () => {
  for (let time = 0; time < 2; time++) {
    const model = await loadModel(puzzles, { execution: "webgpu" });
    expect((await generate(model, "12", { decoder: greedy(), maxNewTokens: 2 }).result).tokens).toHaveLength(2);
    await model.dispose();
  }
});

test("a GPU lost during a decode is an error in that decode and in all later ones, and WASM still works", async () => {
  const model = await loadModel(stories, { execution: "webgpu" });
  const { textStream, result } = generate(model, "Once upon a time", options);
  const lost = expect(result).rejects.toThrow(DeviceLostError);
  const device: GPUDevice = await ort.env.webgpu.device;
  await expect(
    (async () => {
      for await (const text of textStream) if (text) device.destroy();
    })(),
  ).rejects.toThrow(DeviceLostError);
  await lost;
  await expect(generate(model, "Once upon a time", options).result).rejects.toThrow('Load the model with "wasm"');
  await expect(loadModel(stories, { execution: "webgpu" })).rejects.toThrow(DeviceLostError);

  await model.dispose();

  const onWasm = await loadModel(stories, { execution: "wasm" });
  const { tokens } = await generate(onWasm, "Once upon a time", options).result;
  expect(tokens).toHaveLength(24);
  await onWasm.dispose();
});
