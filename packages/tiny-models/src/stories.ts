import type { ModelFiles } from "@decodekit/core/onnx";

/**
 * A model of 3.4 million parameters that writes simple English stories. For `loadModel` of `@decodekit/core/onnx`.
 * Bundlers that understand `new URL(…, import.meta.url)` ship the files with the page.
 */
export const stories: ModelFiles = {
  name: "stories",
  files: {
    "config.json": new URL("../models/stories/config.json", import.meta.url),
    "generation_config.json": new URL("../models/stories/generation_config.json", import.meta.url),
    "tokenizer.json": new URL("../models/stories/tokenizer.json", import.meta.url),
    "tokenizer_config.json": new URL("../models/stories/tokenizer_config.json", import.meta.url),
    "onnx/canvas.onnx": new URL("../models/stories/onnx/canvas.onnx", import.meta.url),
    "onnx/model.onnx": new URL("../models/stories/onnx/model.onnx", import.meta.url),
  },
};
