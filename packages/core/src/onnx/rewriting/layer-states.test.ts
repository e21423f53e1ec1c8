import { expect, test } from "vitest";
import { encodeGraph, linesOf, node } from "./graph-for-tests.ts";
import { rewriteFile } from "./graph-edit.ts";
import { readEditableGraph } from "./editable-graph.ts";
import { withLayerStates } from "./layer-states.ts";

const TABLES = ["table", "w", "gamma"].map((name) => ({ name, type: 1, dims: [9, 4] }));
const lines = [
  "x = Gather(table, input_ids)",
  "k = Concat(past_key_values.0.key, x)",
  "b = Add(x, k)",
  "l = Concat(past_key_values.1.key, b)",
  "y = SkipSimplifiedLayerNormalization(b, l, gamma)",
  "logits = MatMul(y, w)",
];
const file = encodeGraph({
  nodes: lines.map((line) => node(line)),
  tables: TABLES,
  inputs: ["input_ids", "past_key_values.0.key", "past_key_values.1.key"],
});

test("the states of several layers are one output, in the order in which they were asked for", () => {
  const edited = rewriteFile(file, (graph) => withLayerStates(graph, [1, 0]))!;
  expect(readEditableGraph(edited).outputs).toEqual(["logits", "decodekit.layer_states"]);
  expect(linesOf(edited)).toEqual([
    ...lines.slice(0, 5),
    "decodekit.layer_states.0.sum = Add(b, l)",
    "decodekit.layer_states.0 = Cast(decodekit.layer_states.0.sum)",
    "decodekit.layer_states.1 = Cast(b)",
    "decodekit.layer_states = Concat(decodekit.layer_states.0, decodekit.layer_states.1)",
    lines[5],
  ]);
});

test("those of one layer are not joined with anything", () => {
  expect(linesOf(rewriteFile(file, (graph) => withLayerStates(graph, [0]))!)[3]).toBe("decodekit.layer_states = Cast(b)");
});

test.each([[[2]], [[0, 2]], [[]]])("a graph without some of %j is left as it is", (layers) => {
  expect(withLayerStates(readEditableGraph(file), layers)).toBeUndefined();
  expect(withLayerStates(readEditableGraph(file), [0], "tokens")).toBeUndefined();
});
