import { DeviceLostError, generate } from "@decodekit/core";
import { loadModel } from "@decodekit/core/onnx";
import { greedy } from "@decodekit/greedy";
import { stories } from "@decodekit/tiny-models";
import * as ort from "onnxruntime-web/webgpu";
import { expect, test } from "vitest";

const options = { decoder: greedy(), maxNewTokens: 24 };

test("a GPU that is lost in the middle of a text is an error, at once and ever after, and WASM goes on", async () => {
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
