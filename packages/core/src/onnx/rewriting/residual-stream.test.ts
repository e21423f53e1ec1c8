import { expect, test } from "vitest";
import { readEditableGraph } from "./editable-graph.ts";
import type { NewNode } from "./graph-encoding.ts";
import { encodeGraph, node } from "./graph-for-tests.ts";
import { findEmbeddings, findResidualStream } from "./residual-stream.ts";

const TABLES = ["table", "w", "positions", "gamma"].map((name) => ({ name, type: 1, dims: [9, 4] }));
const PAST = ["past_key_values.0.key", "past_key_values.1.key"];

function graphOf(lines: readonly string[], inputs: readonly string[] = ["input_ids", ...PAST]) {
  const nodes = lines.map((line): NewNode => (line.includes(" , ") ? fused(line) : node(line)));
  return readEditableGraph(encodeGraph({ nodes, tables: TABLES, weights: { two: { type: "float32", value: 2 } }, inputs }));
}

/** Reads "out , sum = Op(…)": a sum that is fused with a norm; "out , - = Op(…)" does not return the sum. */
function fused(line: string): NewNode {
  const [outputs, rest] = line.split(" = ") as [string, string];
  const [out, sum] = outputs.split(" , ") as [string, string];
  const { op, inputs } = node(`${out} = ${rest}`);
  return { op, inputs, outputs: sum === "-" ? [out] : [out, "", "", sum] };
}

/** Attention and a product as two terms that a layer adds. */
const layer = (index: number, from: string, [first, second]: readonly [string, string]): readonly string[] => [
  `n${index} = Pow(${from}, two)`,
  `k${index} = Concat(past_key_values.${index}.key, n${index})`,
  `a${index} = MatMul(n${index}, k${index})`,
  `${first} = Add(${from}, a${index})`,
  `m${index} = MatMul(${first}, w)`,
  `${second} = Add(m${index}, ${first})`,
];

function streamOf(graph: ReturnType<typeof graphOf>, ids?: string): unknown {
  const stream = findResidualStream(graph, ids);
  return stream && [stream.embeddings, Object.fromEntries(Array.from(stream.afterLayers, ([key, { terms }]) => [key, terms.join(" + ")]))];
}

test("each layer's last sum is the stream after it, whatever it is called", () => {
  const graph = graphOf([
    "x = Gather(table, input_ids)",
    ...layer(0, "x", ["b", "c"]),
    ...layer(1, "c", ["d", "e"]),
    "logits = MatMul(e, w)",
  ]);
  expect(streamOf(graph)).toEqual(["x", { 0: "c", 1: "e" }]);
});

test("sums that are fused with norms are found, also the last one, whose sum is not returned", () => {
  const graph = graphOf([
    "x = Gather(table, input_ids)",
    "k = Concat(past_key_values.0.key, x)",
    "a = MatMul(x, k)",
    "n , s = SkipSimplifiedLayerNormalization(x, a, gamma)",
    "m = MatMul(n, w)",
    "o , t = SkipSimplifiedLayerNormalization(s, m, gamma)",
    "l = Concat(past_key_values.1.key, o)",
    "p = MatMul(o, l)",
    "y , - = SkipSimplifiedLayerNormalization(p, t, gamma)",
    "logits = MatMul(y, w)",
  ]);
  expect(streamOf(graph)).toEqual(["x", { 0: "t", 1: "p + t" }]);
});

test.each<[string, readonly string[], string]>([
  ["a factor", ["x = Gather(table, input_ids)", "start = Mul(x, two)"], "x"],
  ["the embeddings of positions", ["x = Gather(table, input_ids)", "p = Gather(positions, position_ids)", "start = Add(x, p)"], "x"],
  ["a conversion", ["q = Gather(table, input_ids)", "x = DequantizeLinear(q, two)", "start = Cast(x)"], "q"],
  ["ids that were reshaped", ["ids = Reshape(input_ids, two)", "start = Gather(table, ids)"], "start"],
])("the stream may begin with %s", (_, lines, embeddings) => {
  const graph = graphOf([...lines, ...layer(0, "start", ["b", "c"]), "logits = MatMul(c, w)"], ["input_ids", "position_ids", ...PAST]);
  expect(streamOf(graph)).toEqual([embeddings, { 0: "c" }]);
});

test("it begins with the embeddings that a decoder is given", () => {
  const graph = graphOf([...layer(0, "inputs_embeds", ["b", "c"]), "logits = MatMul(c, w)"], ["inputs_embeds", ...PAST]);
  expect(streamOf(graph)).toEqual(["inputs_embeds", { 0: "c" }]);
});

test.each<[string, readonly string[]]>([
  ["no table is looked up by the ids", ["x = MatMul(input_ids, w)", ...layer(0, "x", ["b", "c"]), "logits = MatMul(c, w)"]],
  ["nothing is added to the embeddings", ["x = Gather(table, input_ids)", "y = MatMul(x, w)", "logits = MatMul(y, w)"]],
  ["the sums depend on no cache", ["x = Gather(table, input_ids)", "m = MatMul(x, w)", "logits = Add(x, m)"]],
])("there is none where %s", (_, lines) => {
  expect(findResidualStream(graphOf(lines))).toBeUndefined();
});

test("the embeddings are rows as numbers", () => {
  expect(findEmbeddings(graphOf(["x = Gather(table, input_ids)", "y = Cast(x)"]), "input_ids")).toBe("x");
  expect(findEmbeddings(graphOf(["x = Gather(table, input_ids)", "y = DequantizeLinear(x, two)"]), "input_ids")).toBe("y");
  expect(findEmbeddings(graphOf(["x = Gather(table, w)"]), "input_ids")).toBeUndefined();
});
