import { expect, test } from "vitest";
import { findGraph } from "./find-graph.ts";
import { openModelFolder } from "./model-folder.ts";
import type { Execution, ModelStore } from "./model-source.ts";

/** Returns the path of the graph that is taken from a folder with these graphs. */
async function found(files: readonly string[], execution: Execution, runsFloat16: boolean): Promise<string> {
  const data = Uint8Array.of(8);
  const store: ModelStore = {
    name: "m",
    describe: (path) => path,
    open: async (path) => (files.includes(path) ? { bytes: 1, stream: () => new Blob([data]).stream() } : { absent: "is not there" }),
  };
  const choice = { modelFile: undefined, dtype: undefined, named: undefined, runtime: { execution, runsFloat16 } };
  return (await findGraph(openModelFolder("test", store, {}), choice)).path;
}

const [Q4, Q4F16, FP16, Q8] = ["onnx/model_q4.onnx", "onnx/model_q4f16.onnx", "onnx/model_fp16.onnx", "onnx/model_quantized.onnx"] as const;

test.each([
  ["webgpu", true, [Q4, Q4F16, FP16, Q8], Q4F16],
  ["webgpu", false, [Q4, Q4F16, FP16, Q8], Q4],
  ["webgpu", false, [Q4F16, FP16, Q8], Q8],
  ["webgpu", false, [FP16, Q4F16], Q4F16],
  ["wasm", true, [Q4F16, FP16, Q8], FP16],
  ["native", true, [Q8, Q4F16], Q4F16],
] as const)("on %s, float16 %s, of %j the graph %s is taken", async (execution, runsFloat16, files, path) => {
  expect(await found(files, execution, runsFloat16)).toBe(path);
});

// Decoders that verify drafts return plain decoding's text on these only, up to rounding. Of 4 bits, the name does not tell whether the
// export asks for accuracy level 4, which native and WebGPU compute with activations of 8 bits.
const CONSISTENT = ["", "_fp16", "_q4", "_q4f16", "_bnb4"].map((suffix) => `onnx/model${suffix}.onnx`);
const EIGHT_BITS = ["_quantized", "_int8", "_uint8"].map((suffix) => `onnx/model${suffix}.onnx`);

test.each(["native", "wasm", "webgpu"] as const)("on %s, no file of 8 bits is taken where there is another", async (execution) => {
  for (const file of CONSISTENT) expect(await found([...EIGHT_BITS, file], execution, true)).toBe(file);
  for (const file of EIGHT_BITS) expect(await found([file], execution, true)).toBe(file);
});
