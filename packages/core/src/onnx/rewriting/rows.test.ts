import { rewriteFile } from "./graph-edit.ts";
import { PbfReader, PbfWriter } from "pbf";
import { describe, expect, test } from "vitest";
import { readEditableGraph } from "./editable-graph.ts";
import { withRowCount } from "./rows.ts";

interface Node {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

/** Returns an ONNX file with these nodes; "W" and "scale" are weights, "hidden" is computed. The numbers are those of onnx.proto. */
function onnxFile(
  nodes: readonly Node[],
  { opset = 14, inputs = ["input_ids"] }: { opset?: number; inputs?: readonly string[] } = {},
): Uint8Array {
  const writer = new PbfWriter();
  writer.writeVarintField(1, 8);
  writer.writeMessage(8, (_, each) => each.writeVarintField(2, opset), undefined);
  writer.writeMessage(8, (_, each) => (each.writeStringField(1, "com.microsoft"), each.writeVarintField(2, 1)), undefined);
  const graph = (_: undefined, each: PbfWriter): void => {
    for (const node of [{ op: "Gather", inputs: ["W", "input_ids"], outputs: ["hidden"] }, ...nodes]) each.writeMessage(1, writeNode, node);
    for (const name of ["W", "scale"]) each.writeMessage(5, (_weight, tensor) => tensor.writeStringField(8, name), undefined);
    for (const name of inputs) each.writeMessage(11, (_input, value) => value.writeStringField(1, name), undefined);
  };
  writer.writeMessage(7, graph, undefined);
  return writer.finish();
}

function writeNode({ op, inputs, outputs }: Node, writer: PbfWriter): void {
  for (const input of inputs) writer.writeStringField(1, input);
  for (const output of outputs) writer.writeStringField(2, output);
  writer.writeStringField(4, op);
  // An attribute, which must survive.
  writer.writeMessage(5, (_, each) => each.writeStringField(1, `attribute of ${op}`), undefined);
}

const nodesOf = (file: Uint8Array): Node[] => readEditableGraph(file).nodes.map(({ op, inputs, outputs }) => ({ op, inputs, outputs }));

const added = [
  { op: "Neg", inputs: ["num_logits_to_keep"], outputs: ["decodekit.start"] },
  { op: "Slice", inputs: ["hidden", "decodekit.start", "decodekit.end", "decodekit.axis"], outputs: ["decodekit.rows"] },
];

const found: Readonly<Record<string, readonly Node[]>> = {
  "a product": [{ op: "MatMul", inputs: ["hidden", "W"], outputs: ["logits"] }],
  "a product of 4-bit weights": [{ op: "MatMulNBits", inputs: ["hidden", "W", "scale"], outputs: ["logits"] }],
  "a product with a cap and a conversion": [
    { op: "MatMul", inputs: ["hidden", "W"], outputs: ["a"] },
    { op: "Div", inputs: ["a", "scale"], outputs: ["b"] },
    { op: "Tanh", inputs: ["b"], outputs: ["c"] },
    { op: "Mul", inputs: ["scale", "c"], outputs: ["d"] },
    { op: "Cast", inputs: ["d"], outputs: ["logits"] },
  ],
};

describe.each(Object.entries(found))("a graph that ends in %s", (_, nodes) => {
  const file = onnxFile(nodes);
  const rewritten = rewriteFile(file, withRowCount)!;

  test("cuts the hidden states before it, and nothing else changes", () => {
    const [projection, ...rest] = nodes as [Node, ...Node[]];
    const cut = { ...projection, inputs: projection.inputs.map((input) => (input === "hidden" ? "decodekit.rows" : input)) };
    expect(nodesOf(rewritten)).toEqual([nodesOf(file)[0], ...added, cut, ...rest]);
    expect(readEditableGraph(rewritten).inputs).toEqual(["input_ids", "num_logits_to_keep"]);
    expect(new TextDecoder().decode(rewritten)).toContain(`attribute of ${projection.op}`);
  });

  test("is not rewritten twice", () => {
    expect(rewriteFile(rewritten, withRowCount)).toBeUndefined();
  });
});

test("dynamic quantisation: its integers are cut, not what their scale is computed from", () => {
  const nodes = [
    { op: "DynamicQuantizeLinear", inputs: ["hidden"], outputs: ["q", "s", "z"] },
    { op: "MatMulInteger", inputs: ["q", "W", "z"], outputs: ["a"] },
    { op: "Cast", inputs: ["a"], outputs: ["b"] },
    { op: "Mul", inputs: ["s", "scale"], outputs: ["c"] },
    { op: "Mul", inputs: ["b", "c"], outputs: ["logits"] },
  ];
  const { nodes: after } = readEditableGraph(rewriteFile(onnxFile(nodes), withRowCount)!);
  expect(after.find(({ op }) => op === "DynamicQuantizeLinear")!.inputs).toEqual(["hidden"]);
  expect(after.find(({ op }) => op === "Slice")!.inputs[0]).toBe("q");
  expect(after.find(({ op }) => op === "MatMulInteger")!.inputs).toEqual(["decodekit.rows", "W", "z"]);
});

const product = found["a product"]!;
test.each([
  ["an older set of operators", onnxFile(product, { opset: 9 })],
  ["an input of this name", onnxFile(product, { inputs: ["input_ids", "num_logits_to_keep"] })],
  ["no logits", onnxFile([{ op: "MatMul", inputs: ["hidden", "W"], outputs: ["scores"] }])],
  [
    "logits of another shape than the product's",
    onnxFile([...withOutput("a"), { op: "Reshape", inputs: ["a", "scale"], outputs: ["logits"] }]),
  ],
  ["a sum of two products", onnxFile([...withOutput("a"), ...withOutput("b"), { op: "Add", inputs: ["a", "b"], outputs: ["logits"] }])],
  [
    "logits scaled by a value that is computed",
    onnxFile([
      ...withOutput("a"),
      { op: "ReduceMean", inputs: ["hidden"], outputs: ["b"] },
      { op: "Mul", inputs: ["a", "b"], outputs: ["logits"] },
    ]),
  ],
  [
    "logits scaled by an input",
    onnxFile([...withOutput("a"), { op: "Div", inputs: ["a", "temperature"], outputs: ["logits"] }], {
      inputs: ["input_ids", "temperature"],
    }),
  ],
  ["a product of weights alone", onnxFile([{ op: "MatMul", inputs: ["W", "scale"], outputs: ["logits"] }])],
])("a graph with %s stays as it is", (_, file) => {
  expect(rewriteFile(file, withRowCount)).toBeUndefined();
});

function withOutput(name: string): readonly Node[] {
  return [{ op: "MatMul", inputs: ["hidden", "W"], outputs: [name] }];
}

test("the new input is one 64-bit integer", () => {
  const file = rewriteFile(onnxFile(product), withRowCount)!;
  const reader = new PbfReader(file);
  expect(reader.length).toBeGreaterThan(0);
  // ValueInfoProto of the input: its name, then a tensor of type 7 (int64) and shape (1,).
  const encoded = [0x0a, 18, ...new TextEncoder().encode("num_logits_to_keep"), 0x12, 10, 0x0a, 8, 0x08, 7, 0x12, 4, 0x0a, 2, 0x08, 1];
  expect(Buffer.from(file).includes(Buffer.from(encoded))).toBe(true);
});
