import type { ModelFiles } from "@decodekit/core/onnx";

/**
 * A model that solves 6×6 Sudokus, left to right or in any order. For `loadModel` of `@decodekit/core/onnx`; prompts come
 * from `sudokuPrompt` of `@decodekit/tiny-models/sudoku`.
 */
export const puzzles: ModelFiles = {
  name: "puzzles",
  files: {
    "config.json": new URL("../models/puzzles/config.json", import.meta.url),
    "generation_config.json": new URL("../models/puzzles/generation_config.json", import.meta.url),
    "tokenizer.json": new URL("../models/puzzles/tokenizer.json", import.meta.url),
    "tokenizer_config.json": new URL("../models/puzzles/tokenizer_config.json", import.meta.url),
    "onnx/canvas.onnx": new URL("../models/puzzles/onnx/canvas.onnx", import.meta.url),
    "onnx/model.onnx": new URL("../models/puzzles/onnx/model.onnx", import.meta.url),
  },
};
