import { decodekit } from "@decodekit/ai-sdk";
import { serveModel } from "@decodekit/ai-sdk/worker";
import { loadModel } from "@decodekit/core/onnx";
import { promptLookup, speculative } from "@decodekit/speculative";

// Serves the chat model whose address is in the worker's name.
const load = async (): Promise<ReturnType<typeof decodekit>> => {
  const model = await loadModel(self.name, { execution: "wasm", modelFile: "onnx/model_quantized.onnx" });
  return decodekit(model, { decoder: ({ sampler }) => speculative({ drafter: promptLookup(), sampler }) });
};
serveModel(load());
