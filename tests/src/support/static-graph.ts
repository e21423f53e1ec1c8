import type { ModelFiles } from "@decodekit/core/onnx";
import { binary, json, tokenizer } from "./counting-graph.ts";
import { type Graph, onnxFile } from "./onnx-writer.ts";

const STATIC_VOCAB_SIZE = 5;
export const STATIC_POSITIONS = 12;
const WIDTH = 4;
const table = Array.from({ length: STATIC_VOCAB_SIZE * WIDTH }, (_, index) => 1 + ((index * 7) % 5));
const projection = Array.from({ length: WIDTH * STATIC_VOCAB_SIZE }, (_, index) => ((index * 5) % 11) - 5);

/** Returns the logits after `tokens`, added up without a cache. */
export function staticRow(tokens: readonly number[]): Float32Array {
  const sums = Array.from({ length: WIDTH }, (_, at) => tokens.reduce((sum, token) => sum + table[token * WIDTH + at]!, 0));
  return Float32Array.from({ length: STATIC_VOCAB_SIZE }, (_, token) =>
    sums.reduce((total, sum, at) => total + sum * projection[at * STATIC_VOCAB_SIZE + token]!, 0),
  );
}

/** Returns the files of a model that writes each position into a buffer; `inputs` adds to those of its graph. */
export function staticModel(inputs: Graph["inputs"] = [], config: object = {}): ModelFiles {
  return {
    name: "static",
    files: {
      "config.json": json({ max_position_embeddings: 1000, ...config }),
      "tokenizer.json": json(tokenizer(STATIC_VOCAB_SIZE)),
      "onnx/model.onnx": binary(onnxFile(staticGraph(inputs))),
    },
  };
}

/** A row's logits are the sum of the valid positions up to its own, times a matrix. */
function staticGraph(inputs: Graph["inputs"]): Graph {
  const buffer = (name: string) => ({ name, type: "float32", shape: ["batch", STATIC_POSITIONS, WIDTH] }) as const;
  return {
    inputs: [
      { name: "input_ids", type: "int64", shape: ["batch", "rows"] },
      buffer("key_cache.0"),
      { name: "write_indices", type: "int64", shape: ["batch"] },
      { name: "nonpad_kv_seqlen", type: "int64", shape: ["batch"] },
      ...inputs,
    ],
    outputs: [{ name: "logits", type: "float32", shape: ["batch", "rows", STATIC_VOCAB_SIZE] }, buffer("updated_key_cache.0")],
    nodes: [
      { op: "Gather", inputs: ["table", "input_ids"], outputs: ["embedded"] },
      { op: "Squeeze", inputs: ["embedded", "zero"], outputs: ["keys"] },
      { op: "Squeeze", inputs: ["key_cache.0", "zero"], outputs: ["old"] },
      { op: "Shape", inputs: ["input_ids"], outputs: ["shape"] },
      { op: "Gather", inputs: ["shape", "scalar one"], outputs: ["count"] },
      { op: "Range", inputs: ["scalar zero", "count", "scalar one"], outputs: ["places"] },
      { op: "Add", inputs: ["places", "write_indices"], outputs: ["positions"] },
      { op: "Unsqueeze", inputs: ["positions", "one"], outputs: ["indices"] },
      { op: "ScatterND", inputs: ["old", "indices", "keys"], outputs: ["new"] },
      { op: "Unsqueeze", inputs: ["new", "zero"], outputs: ["updated_key_cache.0"] },
      { op: "Less", inputs: ["slots", "nonpad_kv_seqlen"], outputs: ["valid"] },
      { op: "Cast", inputs: ["valid"], outputs: ["weights"], attributes: { to: 1 } },
      { op: "Unsqueeze", inputs: ["weights", "one"], outputs: ["column"] },
      { op: "Mul", inputs: ["new", "column"], outputs: ["seen"] },
      { op: "CumSum", inputs: ["seen", "scalar zero"], outputs: ["sums"] },
      { op: "Gather", inputs: ["sums", "positions"], outputs: ["row sums"] },
      { op: "Unsqueeze", inputs: ["row sums", "zero"], outputs: ["batched"] },
      { op: "MatMul", inputs: ["batched", "projection"], outputs: ["logits"] },
    ],
    weights: [
      { name: "table", type: "float32", dims: [STATIC_VOCAB_SIZE, WIDTH], values: table },
      { name: "projection", type: "float32", dims: [WIDTH, STATIC_VOCAB_SIZE], values: projection },
      { name: "slots", type: "int64", dims: [STATIC_POSITIONS], values: Array.from({ length: STATIC_POSITIONS }, (_, slot) => slot) },
      { name: "zero", type: "int64", dims: [1], values: [0] },
      { name: "one", type: "int64", dims: [1], values: [1] },
      { name: "scalar zero", type: "int64", dims: [], values: [0] },
      { name: "scalar one", type: "int64", dims: [], values: [1] },
    ],
  };
}
