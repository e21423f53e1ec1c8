import type { ModelFiles } from "@decodekit/core/onnx";
import { binary, json, tokenizer } from "./counting-graph.ts";
import { bytesOf, type Graph, type GraphNode, type GraphValue, onnxFile, type Weights } from "./onnx-writer.ts";

const MERGED_VOCAB_SIZE = 5;
const WIDTH = 4;
const table = Array.from({ length: MERGED_VOCAB_SIZE * WIDTH }, (_, index) => 1 + ((index * 7) % 5));
const projection = Array.from({ length: WIDTH * MERGED_VOCAB_SIZE }, (_, index) => ((index * 5) % 11) - 5);
const constant = Array.from({ length: MERGED_VOCAB_SIZE }, (_, index) => index * index);

/** Where the weights lie: in the graph's file or in one beside it. */
export type Place = "inside" | "beside";

/** Returns the logits after `tokens`, added up without a cache. */
export function mergedRow(tokens: readonly number[]): Float32Array {
  const sums = Array.from({ length: WIDTH }, (_, at) => tokens.reduce((sum, token) => sum + table[token * WIDTH + at]!, 0));
  return Float32Array.from({ length: MERGED_VOCAB_SIZE }, (_, token) =>
    sums.reduce((total, sum, at) => total + sum * projection[at * MERGED_VOCAB_SIZE + token]!, constant[token]!),
  );
}

/**
 * Returns the files of a decoder as older exporters made them: an If with one branch for a first pass and one over a cache. The latter gives
 * every row the sum of all positions, so it reads only one token correctly. Each branch has weights and a Constant of its own.
 */
export function mergedModel(place: Place = "inside"): ModelFiles {
  const beside = [projectionOf(place), constantOf(place)].filter(({ external }) => external);
  return {
    name: "merged",
    files: {
      "config.json": json({ max_position_embeddings: 100 }),
      "tokenizer.json": json(tokenizer(MERGED_VOCAB_SIZE)),
      "onnx/decoder_model_merged.onnx": binary(onnxFile(mergedGraph(place))),
      ...(place === "beside" && { "onnx/branches.bin": binary(Uint8Array.from(beside.flatMap((each) => [...bytesOf(each)]))) }),
    },
  };
}

function projectionOf(place: Place): Weights {
  const external = place === "beside" && { external: { location: "branches.bin", offset: 0 } };
  return { name: "projection", type: "float32", dims: [WIDTH, MERGED_VOCAB_SIZE], values: projection, ...external };
}

function constantOf(place: Place): Weights {
  const external = place === "beside" && { external: { location: "branches.bin", offset: 4 * projection.length } };
  return { name: "constant", type: "float32", dims: [MERGED_VOCAB_SIZE], values: constant, ...external };
}

function mergedGraph(place: Place): Graph {
  const cache = (name: string, positions: string): GraphValue => ({ name, type: "float32", shape: ["batch", 1, positions, WIDTH] });
  const logits = (name: string): GraphValue => ({ name, type: "float32", shape: ["batch", "rows", MERGED_VOCAB_SIZE] });
  const branch = (kind: string, nodes: readonly GraphNode[]): Graph => ({
    inputs: [],
    outputs: [logits(`${kind} logits`), cache(`${kind} keys`, "all")],
    nodes: [
      ...nodes,
      { op: "Reshape", inputs: [`${kind} sums`, "rows of floats"], outputs: [`${kind} wide`] },
      { op: "MatMul", inputs: [`${kind} wide`, "projection"], outputs: [`${kind} product`] },
      { op: "Constant", inputs: [], outputs: [`${kind} constant`], parts: { value: constantOf(place) } },
      { op: "Add", inputs: [`${kind} product`, `${kind} constant`], outputs: [`${kind} logits`] },
    ],
    weights: [projectionOf(place)],
  });
  return {
    inputs: [
      { name: "input_ids", type: "int64", shape: ["batch", "rows"] },
      cache("past_key_values.0.key", "past"),
      { name: "use_cache_branch", type: "bool", shape: [1] },
    ],
    outputs: [logits("logits"), cache("present.0.key", "all")],
    nodes: [
      { op: "Gather", inputs: ["table", "input_ids"], outputs: ["embedded"] },
      { op: "Reshape", inputs: ["embedded", "heads"], outputs: ["keys"] },
      {
        op: "If",
        inputs: ["use_cache_branch"],
        outputs: ["logits", "present.0.key"],
        parts: {
          then_branch: branch("cached", [
            { op: "Concat", inputs: ["past_key_values.0.key", "keys"], outputs: ["cached keys"], attributes: { axis: 2 } },
            { op: "ReduceSum", inputs: ["cached keys", "positions"], outputs: ["total"] },
            { op: "Shape", inputs: ["keys"], outputs: ["shape of rows"] },
            { op: "Expand", inputs: ["total", "shape of rows"], outputs: ["cached sums"] },
          ]),
          else_branch: branch("first", [
            { op: "Identity", inputs: ["keys"], outputs: ["first keys"] },
            { op: "CumSum", inputs: ["keys", "positions"], outputs: ["first sums"] },
          ]),
        },
      },
    ],
    weights: [
      { name: "table", type: "float32", dims: [MERGED_VOCAB_SIZE, WIDTH], values: table },
      { name: "heads", type: "int64", dims: [4], values: [1, 1, -1, WIDTH] },
      { name: "rows of floats", type: "int64", dims: [3], values: [1, -1, WIDTH] },
      { name: "positions", type: "int64", dims: [1], values: [2] },
    ],
  };
}
