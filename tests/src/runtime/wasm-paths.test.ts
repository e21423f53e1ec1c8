import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { generate, type Warning } from "@decodekit/core";
import { loadModel } from "@decodekit/core/onnx";
import { greedy } from "@decodekit/greedy";
import { stories } from "@decodekit/tiny-models";
import * as ort from "onnxruntime-web";
import { expect, test } from "vitest";
import { notFound, serveModel } from "../support/served-files.ts";

const folder = path.dirname(createRequire(import.meta.url).resolve("onnxruntime-web/ort-wasm-simd-threaded.wasm"));
const warnings: Warning[] = [];
const onWarning = (warning: Warning): void => void warnings.push(warning);

test.each([
  ["nothing", ""],
  ["an empty object", {}],
  ["an unknown file", { js: "x" }],
  ["a number", 3],
])("wasmPaths refuses %s", async (_what, wasmPaths) => {
  const error = await loadModel(stories, { wasmPaths: wasmPaths as never }).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ code: "INVALID_OPTION", option: "wasmPaths" });
});

// One test, because a process has one onnxruntime-web: each part continues from the state that the last one left.
test("the runtime's files are read from wasmPaths: a folder or the files, by URL or path; the one that runs stays", async () => {
  const server = await serveModel({ name: "none", files: {} }, { "ort-wasm-simd-threaded.wasm": notFound });
  const wasm = new URL(`${server.url}/ort-wasm-simd-threaded.wasm`);
  for (const wasmPaths of [server.url, new URL(`${server.url}/`), { wasm }, { wasm: wasm.href }]) {
    const error = await loadModel(stories, { execution: "wasm", wasmPaths }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "EXECUTION_UNAVAILABLE" });
    expect(String(error)).toContain(`${wasm.href} was not found`);
  }
  await server.close();
  await using model = await loadModel(stories, { execution: "wasm", threads: 1, wasmPaths: folder, onWarning });
  expect(ort.env.wasm.wasmPaths).toBe(`${pathToFileURL(folder).href}/`);
  expect((await generate(model, "Once upon a time", { decoder: greedy(), maxNewTokens: 4 }).result).tokens).toHaveLength(4);
  await (await loadModel(stories, { execution: "wasm", threads: 1, wasmPaths: pathToFileURL(`${folder}/`), onWarning })).dispose();
  expect(warnings).toEqual([]);
  await (await loadModel(stories, { execution: "native", wasmPaths: folder, onWarning })).dispose();
  const message = "wasmPaths has no effect, because the model runs on native, without WebAssembly.";
  expect(warnings).toEqual([{ where: "loadModel", option: "wasmPaths", message }]);
});
