import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { loadModel } from "@decodekit/core/onnx";
import { collectGarbage } from "../../measure/collect-garbage.ts";
import type { Contender } from "../contenders/contender.ts";
import { llamaCpp } from "../contenders/llama-cpp.ts";
import { transformersJs } from "../contenders/transformers-js.ts";
import type { Unit } from "../suite.ts";
import { type Place, refuseOtherThreads } from "./place.ts";

/** The process that calls this, with the native runtime or with WebAssembly. */
export function nodePlace({ where, file, settings: { folder, threads } }: Unit): Place {
  const execution = where === "wasm" ? "wasm" : "native";
  const graph = path.join(folder, file);
  const data = `${graph}_data`;
  const hasExternalData = existsSync(data);
  return {
    execution,
    source: folder,
    file,
    threads,
    hasExternalData,
    transformers: { localModelPath: path.dirname(folder), name: path.basename(folder) },
    async runtime() {
      if (execution === "native") return (await import("onnxruntime-node")).default;
      const web = await import("onnxruntime-web");
      web.env.wasm.numThreads = threads;
      return web;
    },
    readGraph: async () => {
      if (execution === "native") return { graph };
      const externalData = hasExternalData && { externalData: [{ path: path.basename(data), data: readFileSync(data) }] };
      return { graph: readFileSync(graph), ...externalData };
    },
    load: () => loadModel(folder, { execution, modelFile: file, threads, onWarning: refuseOtherThreads }),
    collectGarbage,
  };
}

/** Other programs that can be measured in this process. llama.cpp has no WebAssembly build for Node. */
export function nodePeers({ where, settings: { gguf } }: Unit): readonly Contender[] {
  return [transformersJs, ...(where === "native" ? [llamaCpp(gguf, "plain"), llamaCpp(gguf, "prompt lookup")] : [])];
}
