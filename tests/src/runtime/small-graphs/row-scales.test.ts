import { rewriteFile } from "../../../../packages/core/src/onnx/rewriting/graph-edit.ts";
import { seededRandom } from "@decodekit/core";
import native, { type InferenceSession, type Tensor } from "onnxruntime-node";
import * as web from "onnxruntime-web";
import { describe, expect, test } from "vitest";
import { withPlainProducts } from "../../../../packages/core/src/onnx/rewriting/fused-products.ts";
import { withRowCount } from "../../../../packages/core/src/onnx/rewriting/rows.ts";
import { withRowScales } from "../../../../packages/core/src/onnx/rewriting/row-scales.ts";
import { type Graph, type GraphNode, onnxFile } from "../../support/onnx-writer.ts";

const [ROWS, WIDTH, VOCAB] = [5, 16, 6];
const random = seededRandom(7);
const numbers = (count: number, scale: number): number[] => Array.from({ length: count }, () => (random.uniform() - 0.5) * 2 * scale);
// Seven bits: without VNNI instructions, ONNX Runtime adds two products of 8 bits in 16, which a larger weight could exceed.
const integers = Array.from(numbers(WIDTH * VOCAB, 63), Math.round);
const weightScales = numbers(VOCAB, 0.01).map((value) => Math.abs(value) + 1e-3);

const biases = numbers(VOCAB, 1);

/** What exporters write for a product of 8 bits with one scale for all rows. */
const product: readonly GraphNode[] = [
  { op: "DynamicQuantizeLinear", inputs: ["hidden"], outputs: ["quantized", "scale", "zero point"] },
  { op: "MatMulInteger", inputs: ["quantized", "W", "zero point", "W zero point"], outputs: ["sums"] },
  { op: "Cast", inputs: ["sums"], outputs: ["float sums"], attributes: { to: 1 } },
  { op: "Mul", inputs: ["scale", "W scale"], outputs: ["scales"] },
  { op: "Mul", inputs: ["float sums", "scales"], outputs: ["logits"] },
];

function graphOf(nodes: readonly GraphNode[], outputs: Graph["outputs"] = []): Graph {
  return {
    inputs: [{ name: "hidden", type: "float32", shape: [1, "rows", WIDTH] }],
    outputs: [{ name: "logits", type: "float32", shape: [1, "rows", VOCAB] }, ...outputs],
    nodes,
    weights: [
      { name: "W", type: "int8", dims: [WIDTH, VOCAB], values: integers },
      { name: "W zero point", type: "int8", dims: [], values: [0] },
      { name: "W scale", type: "float32", dims: [VOCAB], values: weightScales },
      { name: "bias", type: "float32", dims: [VOCAB], values: biases },
    ],
  };
}

/** Hidden states of which one row is a thousand times as large as the others, and one is zero. */
const states = new Float32Array(ROWS * WIDTH);
for (let row = 0; row < ROWS; row++) states.set(numbers(WIDTH, row === 3 ? 1000 : row === 1 ? 0 : 1), row * WIDTH);

type Ort = Pick<typeof native, "InferenceSession" | "Tensor">;

async function run(ort: Ort, file: Uint8Array, values: Float32Array, feeds: Record<string, Tensor> = {}): Promise<Float32Array> {
  const session: InferenceSession = await ort.InferenceSession.create(file, { logSeverityLevel: 3 });
  const input = new ort.Tensor("float32", values, [1, values.length / WIDTH, WIDTH]);
  const { logits } = await session.run({ hidden: input, ...feeds });
  const data = (logits!.data as Float32Array).slice();
  await session.release();
  return data;
}

const runtimes: readonly (readonly [string, Ort])[] = [
  ["native", native],
  ["WASM", web],
];
describe.each(runtimes)("products of 8 bits on %s", (_, ort) => {
  test.each([14, 18])("have a scale for each row, which no other row moves: operators of version %i", async (opset) => {
    const file = onnxFile(graphOf(product), opset);
    const rewritten = rewriteFile(file, withRowScales)!;
    const all = await run(ort, rewritten, states);
    for (let row = 0; row < ROWS; row++) {
      const own = states.subarray(row * WIDTH, (row + 1) * WIDTH);
      const logits = all.subarray(row * VOCAB, (row + 1) * VOCAB);
      expect([...logits]).toEqual([...(await run(ort, rewritten, own))]);
      const largest = Math.max(...own.map(Math.abs));
      for (const [token, logit] of logits.entries()) {
        const exact = own.reduce((sum, value, index) => sum + value * integers[index * VOCAB + token]! * weightScales[token]!, 0);
        const weights = integers.filter((_weight, index) => index % VOCAB === token).reduce((sum, weight) => sum + Math.abs(weight), 0);
        // Every value moves by at most half a step of largest / 127.
        const most = (largest / 127 / 2) * weights * weightScales[token]!;
        expect(Math.abs(logit - exact)).toBeLessThanOrEqual(most * 1.001);
      }
    }
    // One scale for all rows leaves nothing of the small ones.
    const before = await run(ort, file, states);
    expect(Math.max(...before.subarray(0, VOCAB).map(Math.abs))).toBeLessThan(Math.max(...all.subarray(0, VOCAB).map(Math.abs)) / 2);
  });

  // ONNX Runtime would fuse the addition with the product, and scale the bias too.
  test.each<[string, readonly GraphNode[]]>([
    ["a bias", [{ op: "Add", inputs: ["product", "bias"], outputs: ["logits"] }]],
    ["a bias that comes first", [{ op: "Add", inputs: ["bias", "product"], outputs: ["logits"] }]],
    [
      "a bias that is computed from a weight",
      [
        { op: "Identity", inputs: ["bias"], outputs: ["same bias"] },
        { op: "Add", inputs: ["same bias", "product"], outputs: ["logits"] },
      ],
    ],
  ])("are scaled before %s is added, also where rows are cut", async (_name, addition) => {
    const nodes = [...product.slice(0, -1), { ...product.at(-1)!, outputs: ["product"] }, ...addition];
    const rewritten = rewriteFile(onnxFile(graphOf(nodes)), withRowScales)!;
    const expected = Array.from(
      await run(ort, rewriteFile(onnxFile(graphOf(product)), withRowScales)!, states),
      (logit, index) => logit + biases[index % VOCAB]!,
    );
    for (const [index, logit] of (await run(ort, rewritten, states)).entries()) expect(logit).toBeCloseTo(expected[index]!, 3);
    const cut = rewriteFile(rewritten, withRowCount);
    // Only of a weight it is known that it is the same for all rows.
    expect(cut !== undefined).toBe(addition.length === 1);
    const last = cut ? await run(ort, cut, states, { num_logits_to_keep: new ort.Tensor("int64", BigInt64Array.of(2n), [1]) }) : [];
    for (const [index, logit] of last.entries()) expect(logit).toBeCloseTo(expected.slice(-2 * VOCAB)[index]!, 3);
  });

  test("of the last projection are cut before their scales are computed", async () => {
    const byRows = rewriteFile(onnxFile(graphOf(product)), withRowScales)!;
    const cut = rewriteFile(byRows, withRowCount)!;
    const count = new ort.Tensor("int64", BigInt64Array.of(2n), [1]);
    const last = await run(ort, cut, states, { num_logits_to_keep: count });
    expect([...last]).toEqual([...(await run(ort, byRows, states)).subarray(-2 * VOCAB)]);
  });
});

/** The same product as ONNX Runtime's optimizer writes it, and with a bias. */
const domain = "com.microsoft";
const fused: Readonly<Record<string, (bias: readonly string[]) => readonly GraphNode[]>> = {
  DynamicQuantizeMatMul: (bias) => [
    { op: "DynamicQuantizeMatMul", domain, inputs: ["hidden", "W", "W scale", "W zero point", ...bias], outputs: ["logits"] },
  ],
  "DynamicQuantizeMatMul without a zero point": (bias) => [
    { op: "DynamicQuantizeMatMul", domain, inputs: ["hidden", "W", "W scale", ...bias.flatMap((name) => ["", name])], outputs: ["logits"] },
  ],
  MatMulIntegerToFloat: (bias) => [
    product[0]!,
    {
      op: "MatMulIntegerToFloat",
      domain,
      inputs: ["quantized", "W", "scale", "W scale", "zero point", "W zero point", ...bias],
      outputs: ["logits"],
    },
  ],
};

describe.each(Object.keys(fused))("%s", (name) => {
  test.each(runtimes)("is as the standard operators, with a scale for each row and with one for all: %s", async (_, ort) => {
    const file = onnxFile(graphOf(fused[name]!([])));
    const plain = rewriteFile(file, withPlainProducts)!;
    const standard = onnxFile(graphOf(product));
    // The fused operator multiplies the scales in another order.
    for (const [index, logit] of (await run(ort, plain, states)).entries())
      expect(logit).toBeCloseTo((await run(ort, file, states))[index]!, 2);
    expect([...(await run(ort, plain, states))]).toEqual([...(await run(ort, standard, states))]);
    const scaledRows = [...(await run(ort, rewriteFile(plain, withRowScales)!, states))];
    expect(scaledRows).toEqual([...(await run(ort, rewriteFile(standard, withRowScales)!, states))]);
    const biased = await run(
      ort,
      rewriteFile(rewriteFile(onnxFile(graphOf(fused[name]!(["bias"]))), withPlainProducts)!, withRowScales)!,
      states,
    );
    for (const [index, logit] of biased.entries()) expect(logit).toBeCloseTo(scaledRows[index]! + biases[index % VOCAB]!, 3);
  });
});

test.each<[string, readonly GraphNode[]]>([
  ["no fused product", product],
  [
    "a product of integers that are quantised with a fixed scale",
    [
      { op: "QuantizeLinear", inputs: ["hidden", "W scale", "W zero point"], outputs: ["quantized"] },
      { op: "MatMulIntegerToFloat", domain, inputs: ["quantized", "W", "scale", "W scale"], outputs: ["logits"] },
    ],
  ],
  ["a weight scale that is computed", [{ op: "DynamicQuantizeMatMul", domain, inputs: ["hidden", "W", "computed"], outputs: ["logits"] }]],
])("a graph with %s has nothing to unfold", (_, nodes) => {
  expect(rewriteFile(onnxFile(graphOf(nodes)), withPlainProducts)).toBeUndefined();
});

const scaled = product.slice(0, 3);
test.each<[string, Graph]>([
  ["no products of 8 bits", graphOf([{ op: "MatMul", inputs: ["hidden", "W"], outputs: ["logits"] }])],
  ["integers that something else reads", graphOf([...product, { op: "Cast", inputs: ["quantized"], outputs: ["copy"] }])],
  ["a zero point that something else reads", graphOf([...product, { op: "Cast", inputs: ["zero point"], outputs: ["copy"] }])],
  ["a scale that meets no weight", graphOf([...scaled, { op: "Mul", inputs: ["float sums", "scale"], outputs: ["logits"] }])],
  ["a scale that is an output", graphOf(product, [{ name: "scale", type: "float32", shape: [] }])],
])("a graph with %s stays as it is", (_, graph) => {
  expect(rewriteFile(onnxFile(graph), withRowScales)).toBeUndefined();
});

test("a graph is not rewritten twice", () => {
  expect(rewriteFile(rewriteFile(onnxFile(graphOf(product)), withRowScales)!, withRowScales)).toBeUndefined();
});
