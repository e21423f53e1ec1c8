import { DeviceLostError } from "@decodekit/core/onnx";
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

import { describe, expect, test } from "vitest";
import { createInference } from "../../../../packages/core/src/onnx/create-inference.ts";
import type { Runtime } from "../../../../packages/core/src/onnx/environment/environment.ts";
import type { HeldFile } from "../../../../packages/core/src/onnx/held-file.ts";
import { localWeights } from "../../../../packages/core/src/onnx/local-weights.ts";
import type { GraphFiles } from "../../../../packages/core/src/onnx/model-files.ts";
import type { ModelFolder } from "../../../../packages/core/src/onnx/model-folder.ts";
import { queueOf } from "../../../../packages/core/src/onnx/runtime-queue.ts";
import { byteDevice } from "../../support/byte-device.ts";
import { onnxFile } from "../../support/onnx-writer.ts";

const outline = Uint8Array.of(8, 1);
const folder = { describe: (file: string) => `folder/${file}` } as ModelFolder;
const inMemory: HeldFile = { bytes: 1, data: Uint8Array.of(1), answer: undefined };
const blob = new Blob([Uint8Array.of(2)]);
const inBlob: HeldFile = { bytes: 1, blob, answer: undefined };

/** A runtime that records the calls that create a graph and returns `answer()`. */
function askedRuntime(execution: Runtime["execution"], answer: () => Promise<unknown> = async () => ({ release: async () => {} })) {
  const asked: unknown[][] = [];
  const gpu = byteDevice();
  const create = (...args: unknown[]): Promise<unknown> => {
    asked.push(args);
    return answer();
  };
  const ort = { env: { wasm: { numThreads: 1 }, webgpu: { device: Promise.resolve(gpu.device) } }, InferenceSession: { create } };
  const code = execution === "native" ? {} : { code: { file: "runtime.wasm", url: undefined } };
  return {
    runtime: { ort, execution, executionProviders: [execution], runsFloat16: execution !== "webgpu", ...code } as unknown as Runtime,
    asked,
    gpu,
  };
}

const graphOf = (weights: Readonly<Record<string, HeldFile>> = {}): GraphFiles => ({
  path: "a/b.onnx",
  file: { outline, inputs: [], parameters: 0, holdsWeights: false, usesFloat16: false, externalData: [] },
  own: inMemory,
  weights: new Map(Object.entries(weights)),
});
const optionsOf = (threads?: number) => ({ threads, warn: () => undefined, signal: undefined });

describe("a graph is created from its outline, and weights in memory, Blobs and paths", () => {
  test.each([
    ["native", {}, undefined, { externalData: [] }],
    ["native", {}, 3, { externalData: [], intraOpNumThreads: 3 }],
    ["native", { weights: inMemory }, undefined, { externalData: [{ path: "weights", data: Uint8Array.of(1) }] }],
    ["native", { weights: inBlob }, undefined, { externalData: [{ path: "weights", data: Uint8Array.of(2) }] }],
    ["wasm", {}, 1, { externalData: [] }],
    ["wasm", { weights: inBlob }, undefined, { externalData: [{ path: "weights", data: blob }] }],
    [
      "webgpu",
      { a: inMemory, b: { bytes: 2 ** 31, localPath: "/local/b", answer: undefined } },
      1,
      {
        externalData: [
          { path: "a", data: inMemory.data },
          { path: "b", data: "/local/b" },
        ],
        preferredOutputLocation: "gpu-buffer",
      },
    ],
  ] as const)("on %s with weights %j", async (execution, weights, threads, more) => {
    const { runtime, asked } = askedRuntime(execution);
    await createInference(runtime, folder, graphOf(weights), optionsOf(threads));
    // Severity 3 hides warnings, which many graphs cause.
    expect(asked).toEqual([[outline, { executionProviders: [execution], logSeverityLevel: 3, ...more }]]);
  });
});

test("weights on this computer are read once for the web runtime, if they can be read at once", async () => {
  const folderOnDisk = await mkdtemp(path.join(tmpdir(), "decodekit-"));
  const localPath = path.join(folderOnDisk, "weights");
  await writeFile(localPath, Uint8Array.of(5, 6, 7));
  const { runtime, asked } = askedRuntime("wasm");
  await createInference(runtime, folder, graphOf({ weights: { bytes: 3, localPath, answer: undefined } }), optionsOf());
  const externalData = [{ path: "weights", data: Uint8Array.of(5, 6, 7) }];
  expect(asked).toEqual([[outline, { executionProviders: ["wasm"], logSeverityLevel: 3, externalData }]]);
  await rm(folderOnDisk, { recursive: true });
});

describe("native reads weights on this computer itself", () => {
  const encoded = (location: string): Uint8Array => onnxFile({ ...empty, weights: [{ ...weight, external: { location, offset: 0 } }] });
  const empty = { nodes: [], inputs: [], outputs: [] };
  const weight = { name: "w", type: "float32", dims: [2], values: [1, 2] } as const;

  test("from the folder that holds their real files, under the names there", async () => {
    const root = await realpath(await mkdtemp(path.join(tmpdir(), "decodekit-")));
    await Promise.all(["blobs", "snapshot"].map((each) => mkdir(path.join(root, each))));
    await writeFile(path.join(root, "blobs", "5f"), "");
    await symlink("../blobs/5f", path.join(root, "snapshot", "model.onnx_data"));
    const localPath = path.join(root, "snapshot", "model.onnx_data");
    const graph = graphOf({ "model.onnx_data": { bytes: 0, localPath, answer: undefined } });
    const { runtime, asked } = askedRuntime("native");
    await createInference(runtime, folder, { ...graph, file: { ...graph.file, outline: encoded("model.onnx_data") } }, optionsOf());
    const session = { model_external_initializers_file_folder_path: path.join(root, "blobs") };
    expect(asked).toEqual([[encoded("5f"), { executionProviders: ["native"], logSeverityLevel: 3, extra: { session } }]]);
  });

  test("from the folder above if their real files lie in several", async () => {
    const root = await realpath(await mkdtemp(path.join(tmpdir(), "decodekit-")));
    await mkdir(path.join(root, "more"));
    const files = [path.join(root, "one"), path.join(root, "more", "two")];
    await Promise.all(files.map((each) => writeFile(each, "")));
    const [one, two] = files.map((localPath) => ({ bytes: 0, localPath, answer: undefined }));
    expect(
      await localWeights(
        new Map([
          ["one", one!],
          ["more/two", two!],
        ]),
      ),
    ).toEqual({
      folder: root,
      paths: new Map([
        ["one", "one"],
        ["more/two", "more/two"],
      ]),
    });
    expect(
      await localWeights(
        new Map([
          ["one", one!],
          ["elsewhere", inMemory],
        ]),
      ),
    ).toBeUndefined();
  });
});

test.each([
  [new Error("no such operator"), "no such operator"],
  ["a number of the runtime", "a number of the runtime"],
])("an error for a graph that the runtime refuses includes the reason: %s", async (reason, expected) => {
  const { runtime } = askedRuntime("wasm", () => Promise.reject(reason));
  await expect(createInference(runtime, folder, graphOf(), optionsOf())).rejects.toMatchObject({
    name: "ModelLoadError",
    source: "folder/a/b.onnx",
    message: `folder/a/b.onnx: could not be loaded on wasm (${expected}).`,
    cause: reason,
  });
});

test("on WebGPU the device is watched, and creating a graph after its loss is a DeviceLostError; other executions have no device", async () => {
  for (const execution of ["webgpu", "wasm"] as const) {
    const { runtime, gpu } = askedRuntime(execution);
    await createInference(runtime, folder, graphOf(), optionsOf());
    await gpu.lose({ reason: "unknown", message: "" });
    const later = createInference(runtime, folder, graphOf(), optionsOf());
    if (execution === "webgpu") await expect(later).rejects.toThrow(DeviceLostError);
    else await later;
  }
});

test("graphs of one runtime are created one after another, and never during one of its passes", async () => {
  const { runtime, asked } = askedRuntime("wasm");
  let finish!: () => void;
  const pass = queueOf(runtime.ort).enqueue(() => new Promise<void>((resolve) => (finish = resolve)));
  const making = createInference(runtime, folder, graphOf(), optionsOf());
  await new Promise((resolve) => setImmediate(resolve));
  expect(asked).toHaveLength(0);
  finish();
  await Promise.all([pass, making]);
  expect(asked).toHaveLength(1);
});

test("a graph that uses float16 is refused where the GPU cannot run it, before the runtime is asked", async () => {
  const plain = graphOf();
  const half = { ...plain, file: { ...plain.file, usesFloat16: true } };
  const { runtime, asked } = askedRuntime("webgpu");
  await expect(createInference(runtime, folder, half, optionsOf())).rejects.toMatchObject({
    name: "ModelLoadError",
    message:
      'folder/a/b.onnx: computes in float16, which needs the feature "shader-f16" of WebGPU, and this GPU\'s adapter does not have it. ' +
      'Choose another dtype, such as "q4" or "fp32", or the execution "wasm".',
  });
  expect(asked).toEqual([]);
  await createInference(runtime, folder, plain, optionsOf());
  await createInference({ ...runtime, runsFloat16: true }, folder, half, optionsOf());
  expect(asked).toHaveLength(2);
});
