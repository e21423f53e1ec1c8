import { expect, test } from "vitest";
import { readEditableGraph } from "./editable-graph.ts";
import type { NewNode } from "./graph-encoding.ts";
import { encodeGraph, node } from "./graph-for-tests.ts";
import { dequantizesOneWeight } from "./one-dequantized-weight.ts";

const byte = { type: "uint8", value: 7 } as const;
const WEIGHTS = { table: byte, other: byte, zero: byte, scale: { type: "float32", value: 0.5 } } as const;
const isOne = (...nodes: readonly NewNode[]): boolean => dequantizesOneWeight(readEditableGraph(encodeGraph({ nodes, weights: WEIGHTS })));

const rows = [node("bytes = Gather(table, input_ids)"), node("x = DequantizeLinear(bytes, scale, zero)")];
const projection = [node("turned = Transpose(table)"), node("w = DequantizeLinear(turned, scale, zero)"), node("logits = MatMul(x, w)")];

test("embeddings that are the last projection too are dequantized whole; rows of them are not", () => {
  expect(isOne(...rows, ...projection)).toBe(true);
  expect(isOne(...rows)).toBe(false);
  expect(isOne(node("w = DequantizeLinear(table, scale, zero)"), node("logits = MatMul(x, w)"))).toBe(true);
});

test("a graph with several such weights, or with quantized activations, stays as it is", () => {
  expect(isOne(...rows, ...projection, node("v = DequantizeLinear(other, scale, zero)"))).toBe(false);
  expect(isOne(...rows, ...projection, node("q = QuantizeLinear(logits, scale, zero)"))).toBe(false);
});
