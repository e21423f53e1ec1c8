import { expect, test } from "vitest";
import { readEditableGraph } from "./editable-graph.ts";
import { encodeGraph, linesOf, node } from "./graph-for-tests.ts";
import { subgraphOf } from "./subgraph.ts";

const TABLES = ["table", "w", "unused"].map((name) => ({ name, type: 1, dims: [9, 4] }));
const graph = readEditableGraph(
  encodeGraph({
    nodes: ["x = Gather(table, input_ids)", "y = MatMul(x, w)", "z = Mul(y, two)", "logits = Add(z, other)"].map((line) => node(line)),
    tables: TABLES,
    weights: { two: { type: "float32", value: 2 } },
    inputs: ["input_ids", "other"],
  }),
);
const input = (name: string) => ({ name, type: "float32", dims: [1, undefined, undefined] }) as const;

test("a part of a graph has the nodes and weights that it needs", () => {
  const part = subgraphOf(graph, { inputs: [input("x")], outputs: ["z"] })!;
  expect(linesOf(part)).toEqual(["y = MatMul(x, w)", "z = Mul(y, two)"]);
  const { inputs, outputs, weights } = readEditableGraph(part);
  expect([inputs, outputs, [...weights].toSorted()]).toEqual([["x"], ["z"], ["two", "w"]]);
});

test("a part that needs another input is none", () => {
  expect(subgraphOf(graph, { inputs: [input("x")], outputs: ["logits"] })).toBeUndefined();
  expect(subgraphOf(graph, { inputs: [input("x"), input("other")], outputs: ["logits"] })).toBeDefined();
});
