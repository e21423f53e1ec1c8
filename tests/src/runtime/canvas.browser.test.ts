import { loadModel } from "@decodekit/core/onnx";
import { stories } from "@decodekit/tiny-models";
import { describe, test } from "vitest";
import { expectCanvasRules } from "../support/expect-canvas-rules.ts";

describe("the canvas graph in Chromium", () => {
  test("reads trees and canvases over the causal cache on WASM", async () => {
    const model = await loadModel(stories, { execution: "wasm" });
    await expectCanvasRules(model, 3, 2e-5);
    await model.dispose();
  });

  test("reads trees and canvases over the causal cache in GPU buffers", async () => {
    const model = await loadModel(stories, { execution: "webgpu" });
    await expectCanvasRules(model, 1, 1e-3);
    await model.dispose();
  });
});
