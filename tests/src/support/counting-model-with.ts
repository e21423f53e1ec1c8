import type { ModelFiles } from "@decodekit/core/onnx";
import { binary, causalGraph, countingModel } from "./counting-graph.ts";
import { type GraphNode, onnxFile, type Weights } from "./onnx-writer.ts";

/** Returns a counting model whose logits go through more nodes, from "counted" to "logits". */
export function countingModelWith(nodes: readonly GraphNode[], weights: readonly Weights[]): ModelFiles {
  const graph = causalGraph();
  const renamed = graph.nodes.map((node) => ({ ...node, outputs: node.outputs.map((name) => (name === "logits" ? "counted" : name)) }));
  const file = onnxFile({ ...graph, nodes: [...renamed, ...nodes], weights: [...graph.weights, ...weights] });
  const { name, files } = countingModel();
  return { name, files: { ...files, "onnx/model.onnx": binary(file) } };
}
