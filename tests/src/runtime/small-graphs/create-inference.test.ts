import { DeviceLostError } from "@decodekit/core";
import { describe, expect, test } from "vitest";
import { createInference } from "../../../../packages/core/src/onnx/create-inference.ts";
import type { Runtime } from "../../../../packages/core/src/onnx/environment/environment.ts";
import type { GraphBytes } from "../../../../packages/core/src/onnx/model-files.ts";
import type { ModelFolder } from "../../../../packages/core/src/onnx/model-folder.ts";
import { queueOf } from "../../../../packages/core/src/onnx/runtime-queue.ts";
import { byteDevice } from "../../support/byte-device.ts";

const bytes = Uint8Array.of(8, 1);
const external = [{ path: "weights", data: Uint8Array.of(1) }];
const folder = { describe: (path: string) => `folder/${path}`, localPath: (path: string) => `/local/${path}` } as ModelFolder;
const nowhere = { ...folder, localPath: () => undefined } as ModelFolder;

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
  return { runtime: { ort, execution, executionProviders: [execution], ...code } as unknown as Runtime, asked, gpu };
}

const graphOf = (externalData: GraphBytes["externalData"]): GraphBytes => ({
  path: "a/b.onnx",
  bytes,
  file: { parameters: 0, externalData: [] },
  externalData,
});
const optionsOf = (threads?: number) => ({ threads, warn: () => undefined, signal: undefined });

describe("a graph is created", () => {
  test.each([
    ["native", [], folder, undefined, bytes, {}],
    ["native", [], folder, 3, bytes, { intraOpNumThreads: 3 }],
    ["native", external, folder, undefined, "/local/a/b.onnx", {}],
    ["native", external, nowhere, undefined, bytes, {}],
    ["wasm", [], folder, 1, bytes, {}],
    ["wasm", external, folder, undefined, bytes, { externalData: external }],
    ["webgpu", external, folder, 1, bytes, { externalData: external, preferredOutputLocation: "gpu-buffer" }],
  ] as const)("on %s with external data %j", async (execution, externalData, place, threads, source, more) => {
    const { runtime, asked } = askedRuntime(execution);
    await createInference(runtime, place, graphOf(externalData), optionsOf(threads));
    // Severity 3 hides warnings, which many graphs cause.
    expect(asked).toEqual([[source, { executionProviders: [execution], logSeverityLevel: 3, ...more }]]);
  });
});

test.each([
  [new Error("no such operator"), "no such operator"],
  ["a number of the runtime", "a number of the runtime"],
])("an error for a graph that the runtime refuses includes the reason: %s", async (reason, expected) => {
  const { runtime } = askedRuntime("wasm", () => Promise.reject(reason));
  await expect(createInference(runtime, folder, graphOf([]), optionsOf())).rejects.toMatchObject({
    name: "ModelLoadError",
    source: "folder/a/b.onnx",
    message: `folder/a/b.onnx: could not be loaded on wasm (${expected}).`,
    cause: reason,
  });
});

test("on WebGPU the device is watched, and creating a graph after its loss is a DeviceLostError; other executions have no device", async () => {
  for (const execution of ["webgpu", "wasm"] as const) {
    const { runtime, gpu } = askedRuntime(execution);
    await createInference(runtime, folder, graphOf([]), optionsOf());
    await gpu.lose({ reason: "unknown", message: "" });
    const later = createInference(runtime, folder, graphOf([]), optionsOf());
    if (execution === "webgpu") await expect(later).rejects.toThrow(DeviceLostError);
    else await later;
  }
});

test("graphs of one runtime are created one after another, and never during one of its passes", async () => {
  const { runtime, asked } = askedRuntime("wasm");
  let finish!: () => void;
  const pass = queueOf(runtime.ort).enqueue(() => new Promise<void>((resolve) => (finish = resolve)));
  const making = createInference(runtime, folder, graphOf([]), optionsOf());
  await new Promise((resolve) => setImmediate(resolve));
  expect(asked).toHaveLength(0);
  finish();
  await Promise.all([pass, making]);
  expect(asked).toHaveLength(1);
});
