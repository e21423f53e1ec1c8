import { rewriteFile } from "../../../../packages/core/src/onnx/rewriting/graph-edit.ts";
import { seededRandom } from "@decodekit/core";
import native from "onnxruntime-node";
import * as web from "onnxruntime-web";
import { describe, expect, test } from "vitest";
import { readEditableGraph } from "../../../../packages/core/src/onnx/rewriting/editable-graph.ts";
import { withPaddedProducts } from "../../../../packages/core/src/onnx/rewriting/padded-products.ts";
import { type Graph, type GraphNode, onnxFile } from "../../support/onnx-writer.ts";

const [VOCAB, WIDTH] = [7, 16];
const random = seededRandom(3);
const weight = (name: string, dims: readonly number[]): Graph["weights"][number] => ({
  name,
  type: "float32",
  dims,
  values: Array.from({ length: dims.reduce((all, dim) => all * dim, 1) }, () => random.uniform() - 0.5),
});

/** An attention without a mask between an embedding and logits. `scores` computes "scaled" from "scores". */
function attention(scores: readonly GraphNode[] = [{ op: "Mul", inputs: ["scores", "scale"], outputs: ["scaled"] }]): Graph {
  return {
    inputs: [{ name: "input_ids", type: "int64", shape: [1, "rows"] }],
    outputs: [{ name: "logits", type: "float32", shape: [1, "rows", VOCAB] }],
    nodes: [
      { op: "Gather", inputs: ["embeddings", "input_ids"], outputs: ["hidden"] },
      { op: "MatMul", inputs: ["hidden", "Q"], outputs: ["queries"] },
      { op: "MatMul", inputs: ["hidden", "K"], outputs: ["keys"] },
      { op: "MatMul", inputs: ["hidden", "V"], outputs: ["values"] },
      { op: "Transpose", inputs: ["keys"], outputs: ["turned"], attributes: { perm: [0, 2, 1] } },
      { op: "MatMul", inputs: ["queries", "turned"], outputs: ["scores"] },
      ...scores,
      { op: "Softmax", inputs: ["scaled"], outputs: ["probabilities"], attributes: { axis: -1 } },
      { op: "MatMul", inputs: ["probabilities", "values"], outputs: ["mixed"] },
      { op: "Transpose", inputs: ["O"], outputs: ["turned O"], attributes: { perm: [1, 0] } },
      { op: "MatMul", inputs: ["mixed", "turned O"], outputs: ["logits"] },
    ],
    weights: [
      weight("embeddings", [VOCAB, WIDTH]),
      ...["Q", "K", "V"].map((name) => weight(name, [WIDTH, WIDTH])),
      weight("O", [VOCAB, WIDTH]),
      { name: "scale", type: "float32", dims: [1], values: [0.25] },
    ],
  };
}

async function logitsOf(ort: Pick<typeof native, "InferenceSession" | "Tensor">, file: Uint8Array, tokens: readonly number[]) {
  const session = await ort.InferenceSession.create(file, { logSeverityLevel: 3 });
  const ids = new ort.Tensor("int64", BigInt64Array.from(tokens, BigInt), [1, tokens.length]);
  const { logits } = await session.run({ input_ids: ids });
  const result = { dims: [...logits!.dims], data: [...(logits!.data as Float32Array)] };
  await session.release();
  return result;
}

describe.each([
  ["native", native],
  ["WASM", web],
] as const)("products that are padded to two rows, on %s", (_, ort) => {
  const file = onnxFile(attention());
  const padded = rewriteFile(file, withPaddedProducts)!;

  test("change no bit of a pass over several tokens", async () => {
    for (const tokens of [
      [1, 2],
      [6, 0, 3],
      [1, 1, 2, 5, 4, 3, 2],
    ])
      expect(await logitsOf(ort, padded, tokens)).toEqual(await logitsOf(ort, file, tokens));
  });

  test("return one row for one token, equal up to rounding", async () => {
    for (let token = 0; token < VOCAB; token++) {
      const [actual, expected] = [await logitsOf(ort, padded, [token]), await logitsOf(ort, file, [token])];
      expect(actual.dims).toEqual([1, 1, VOCAB]);
      for (const [index, logit] of actual.data.entries()) expect(Math.abs(logit - expected.data[index]!)).toBeLessThan(1e-6);
    }
  });
});

test("all products of rows are padded, and rows that several read once", () => {
  const { nodes } = readEditableGraph(rewriteFile(onnxFile(attention()), withPaddedProducts)!);
  const products = nodes.filter(({ op }) => op === "MatMul");
  expect(products).toHaveLength(6);
  for (const { inputs, outputs } of products)
    expect([inputs[0], outputs[0]]).toEqual([expect.stringMatching(/^decodekit\.pad\./u), expect.stringMatching(/^decodekit\.pad\./u)]);
  // Of "hidden", which three products read, "queries", "probabilities" and "mixed".
  expect(nodes.filter(({ op }) => op === "Concat")).toHaveLength(4);
});

test("a product whose rows are not tokens stays as it is", () => {
  const graph = attention();
  const positions: GraphNode[] = [
    { op: "MatMul", inputs: ["frequencies", "positions"], outputs: ["angles"] },
    { op: "Cast", inputs: ["input_ids"], outputs: ["positions"], attributes: { to: 1 } },
  ];
  const file = onnxFile({
    ...graph,
    nodes: [...positions.toReversed(), ...graph.nodes],
    weights: [...graph.weights, weight("frequencies", [8, 1])],
  });
  const { nodes } = readEditableGraph(rewriteFile(file, withPaddedProducts)!);
  expect(nodes.find(({ outputs }) => outputs[0] === "angles")!.inputs).toEqual(["frequencies", "positions"]);
});

test.each<[string, Uint8Array]>([
  ["without an attention", onnxFile({ ...attention(), nodes: attention().nodes.slice(0, 1) })],
  ["of an older version of the operators", onnxFile(attention(), 11)],
  ["without token ids", onnxFile({ ...attention(), inputs: [{ name: "tokens", type: "int64", shape: [1, "rows"] }] })],
  [
    "with an attention in one operator",
    onnxFile({
      ...attention(),
      nodes: [...attention().nodes, { op: "GroupQueryAttention", domain: "com.microsoft", inputs: ["queries"], outputs: ["other"] }],
    }),
  ],
])("a graph %s is not padded", (_, file) => {
  expect(rewriteFile(file, withPaddedProducts)).toBeUndefined();
});
