import type { ModelFiles } from "@decodekit/core/onnx";

/**
 * The draft model of `stories`: the same vocabulary, several times cheaper per pass, distilled from it to predict its output.
 * For `loadModel` of `@decodekit/core/onnx`; pass its `causal` model to `generate` as `draft`.
 */
export const storiesDraft: ModelFiles = {
  name: "stories-draft",
  files: {
    "config.json": new URL("../models/stories-draft/config.json", import.meta.url),
    "generation_config.json": new URL("../models/stories-draft/generation_config.json", import.meta.url),
    "tokenizer.json": new URL("../models/stories-draft/tokenizer.json", import.meta.url),
    "tokenizer_config.json": new URL("../models/stories-draft/tokenizer_config.json", import.meta.url),
    "onnx/model.onnx": new URL("../models/stories-draft/onnx/model.onnx", import.meta.url),
  },
};
