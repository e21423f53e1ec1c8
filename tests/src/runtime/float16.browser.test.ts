import { loadModel, ModelLoadError } from "@decodekit/core/onnx";
import { expect, test } from "vitest";
import { countedRow, countingModel, straight } from "../support/counting-graph.ts";

test("a float16 graph runs on a GPU whose adapter has shader-f16, and is refused on another; WASM runs it", async () => {
  const adapter = await navigator.gpu.requestAdapter();
  const source = countingModel({ cacheType: "float16" });
  const expectRow = async (execution: "webgpu" | "wasm"): Promise<void> => {
    const model = await loadModel(source, { execution });
    const session = await model.causal.createSession();
    expect((await session.forward(Int32Array.of(1, 2))).row(0)).toEqual(countedRow(straight([1, 2])));
    await session.dispose();
    await model.dispose();
  };
  if (adapter!.features.has("shader-f16")) await expectRow("webgpu");
  else {
    const refused = loadModel(source, { execution: "webgpu" });
    await expect(refused).rejects.toThrow(ModelLoadError);
    await expect(refused).rejects.toThrow('counting/onnx/model.onnx: computes in float16, which needs the feature "shader-f16" of WebGPU');
  }
  await expectRow("wasm");
});
