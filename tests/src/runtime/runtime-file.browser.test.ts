import { generate, type Warning } from "@decodekit/core";
import { loadModel } from "@decodekit/core/onnx";
import { greedy } from "@decodekit/greedy";
import { stories } from "@decodekit/tiny-models";
import * as onWasm from "onnxruntime-web/wasm";
import * as onWebGpu from "onnxruntime-web/webgpu";
import { expect, test } from "vitest";

// The modules of the page fill the usual 250 entries.
performance.setResourceTimingBufferSize(2000);

test.each([
  ["wasm", onWasm],
  ["webgpu", onWebGpu],
] as const)("a model loads on %s after the runtime's own file failed, and the error names that file", async (execution, ort) => {
  const missing = new URL("/no-such-runtime.wasm", location.href).href;
  ort.env.wasm.wasmPaths = { wasm: missing };
  const error = await loadModel(stories, { execution }).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ name: "ExecutionUnavailableError", execution });
  expect(String(error)).toContain(`the runtime's own file ${missing} `);
  delete (ort.env.wasm as Partial<typeof ort.env.wasm>).wasmPaths;
  const model = await loadModel(stories, { execution });
  expect((await generate(model, "Once upon a time", { decoder: greedy(), maxNewTokens: 1 }).result).tokens).toHaveLength(1);
  // The runtime's own file is read once, from where the bundler put it.
  const own = execution === "wasm" ? "ort-wasm-simd-threaded.wasm" : "ort-wasm-simd-threaded.asyncify.wasm";
  const read = performance.getEntriesByType("resource").map(({ name }) => new URL(name).pathname.split("/").at(-1));
  expect(read.filter((file) => file === own)).toHaveLength(1);
  await model.dispose();
});

test("threads in a page that is not cross-origin isolated cause a warning", async () => {
  expect(crossOriginIsolated).toBe(false);
  const warnings: Warning[] = [];
  const model = await loadModel(stories, { execution: "wasm", threads: 4, onWarning: (warning) => warnings.push(warning) });
  expect(warnings).toEqual([{ where: "loadModel", option: "threads", message: expect.stringContaining("threads: 4 has no effect") }]);
  await model.dispose();
});
