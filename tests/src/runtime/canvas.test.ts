import { loadModel } from "@decodekit/core/onnx";
import { stories } from "@decodekit/tiny-models";
import { describe, test } from "vitest";
import { expectCanvasRules } from "../support/expect-canvas-rules.ts";

describe.each(["native", "wasm"] as const)("the canvas graph in Node on %s", (execution) => {
  test("reads trees and canvases over the causal cache and leaves no trace in it", async () => {
    const model = await loadModel(stories, { execution });
    await expectCanvasRules(model, 10, 2e-5);
    await model.dispose();
  });
});
