import { expect, test } from "vitest";
import { readEditableGraph } from "./editable-graph.ts";
import { rewriteFile } from "./graph-edit.ts";
import type { NewNode } from "./graph-encoding.ts";
import { encodeGraph, linesOf, node } from "./graph-for-tests.ts";
import { withNewPositions } from "./new-positions.ts";

const KEY = "past_key_values.0.key";
const VALUE = "past_key_values.0.value";
const inputs = ["input_ids", KEY, VALUE];
const outputs = ["logits", "present.0.key", "present.0.value"];
const added = [node("k = Gather(table, input_ids)"), node("v = Neg(k)")];
const keys = node(`present.0.key = Concat(${KEY}, k)`, { axis: -2 });
const values = node(`present.0.value = Concat(${VALUE}, v)`, { axis: -2 });
const attention = node("logits = Attention(present.0.key, present.0.value)");

const rewrite = (nodes: readonly NewNode[]): Uint8Array | undefined =>
  rewriteFile(encodeGraph({ nodes, inputs, outputs }), withNewPositions);

test("the new positions are returned, and all are read within the graph", () => {
  const file = rewrite([...added, keys, values, attention])!;
  expect(linesOf(file)).toEqual([
    "k = Gather(table, input_ids)",
    "v = Neg(k)",
    `decodekit.whole/present.0.key = Concat(${KEY}, k)`,
    "decodekit.new/present.0.key = Identity(k)",
    `decodekit.whole/present.0.value = Concat(${VALUE}, v)`,
    "decodekit.new/present.0.value = Identity(v)",
    "logits = Attention(decodekit.whole/present.0.key, decodekit.whole/present.0.value)",
  ]);
  expect(readEditableGraph(file).outputs).toEqual(["logits", "decodekit.new/present.0.key", "decodekit.new/present.0.value"]);
  expect(rewriteFile(file, withNewPositions)).toBeUndefined();
});

test.each<[string, readonly NewNode[]]>([
  ["along another dimension", [...added, keys, node(`present.0.value = Concat(${VALUE}, v)`, { axis: -1 }), attention]],
  ["before the old ones", [...added, keys, node(`present.0.value = Concat(v, ${VALUE})`, { axis: -2 }), attention]],
  ["with more", [...added, keys, node(`present.0.value = Concat(${VALUE}, v, v)`, { axis: -2 }), attention]],
  [
    "in a value that is not returned",
    [...added, keys, node(`all = Concat(${VALUE}, v)`, { axis: -2 }), node("present.0.value = Identity(all)"), attention],
  ],
  ["by another operator", [...added, keys, node(`present.0.value = Add(${VALUE}, v)`), attention]],
])("a cache that is extended %s stays as it is", (_, nodes) => {
  expect(rewrite(nodes)).toBeUndefined();
});
