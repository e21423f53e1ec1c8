import { rewriteFile } from "./graph-edit.ts";
import { expect, test } from "vitest";
import { withEightBitProjection } from "./eight-bit-projection.ts";
import type { NewNode } from "./graph-encoding.ts";
import { encodeGraph, linesOf, node } from "./graph-for-tests.ts";
import { integerAttribute, readEditableGraph } from "./editable-graph.ts";

const WEIGHTS = {
  zero: { type: "uint8", value: 7 },
  scale: { type: "float32", value: 0.5 },
  other: { type: "float32", value: 2 },
} as const;
const table = { name: "table", type: 2, dims: [6, 64] };

const rows = [node("bytes = Gather(table, input_ids)"), node("x = DequantizeLinear(bytes, scale, zero)")];
const turned = node("turned = Transpose(table)", { perm: [1, 0] });
const projection = [turned, node("w = DequantizeLinear(turned, scale, zero)"), node("logits = MatMul(x, w)")];
const fileOf = (nodes: readonly NewNode[], { dims = table.dims, type = 2 } = {}): Uint8Array =>
  encodeGraph({ nodes, weights: WEIGHTS, tables: [{ ...table, dims, type }] });

test("the product with embeddings is one of 8 bits in blocks, and dequantizes them no more", () => {
  const edited = rewriteFile(fileOf([...rows, ...projection]), withEightBitProjection)!;
  expect(linesOf(edited)).toEqual([
    "bytes = Gather(table, input_ids)",
    "x = DequantizeLinear(bytes, scale, zero)",
    "decodekit.projection.blocks.weight = Reshape(table, decodekit.projection.shape)",
    "decodekit.projection.blocks.scale = Expand(scale, decodekit.projection.scales)",
    "decodekit.projection.blocks.zero = Expand(zero, decodekit.projection.scales)",
    "logits = MatMulNBits(x, decodekit.projection.blocks.weight, decodekit.projection.blocks.scale, decodekit.projection.blocks.zero)",
  ]);
  const { nodes, integers, domains } = readEditableGraph(edited);
  expect(integers.get("decodekit.projection.shape")).toEqual([6, 2, 32]);
  expect(integers.get("decodekit.projection.scales")).toEqual([12]);
  expect([...domains]).toEqual(["", "com.microsoft"]);
  const attributes = ["K", "N", "bits", "block_size", "accuracy_level"].map((name) => integerAttribute(nodes.at(-1)!, name));
  expect(attributes).toEqual([64, 6, 8, 32, 4]);
});

test.each<[string, Uint8Array]>([
  ["of signed integers", fileOf([...rows, ...projection], { type: 3 })],
  ["of rows that are no whole blocks", fileOf([...rows, ...projection], { dims: [6, 48] })],
  ["that others read dequantized", fileOf([...rows, ...projection, node("more = Neg(w)")])],
  ["that is not turned", fileOf([...rows, node("w = DequantizeLinear(table, scale, zero)"), node("logits = MatMul(x, w)")])],
  [
    "with a computed scale",
    fileOf([node("s = Neg(scale)"), ...rows, turned, node("w = DequantizeLinear(turned, s, zero)"), node("logits = MatMul(x, w)")]),
  ],
])("embeddings %s stay as they are", (_, file) => {
  expect(rewriteFile(file, withEightBitProjection)).toBeUndefined();
});
