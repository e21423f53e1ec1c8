import { rewriteFile } from "./graph-edit.ts";
import { PbfWriter } from "pbf";
import { describe, expect, test } from "vitest";
import { writeConstant, writeNode } from "./graph-encoding.ts";
import { readEditableGraph } from "./editable-graph.ts";
import { withTreeInputs } from "./tree-inputs.ts";

interface Node {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, number>>;
}

const node = (op: string, inputs: string, output: string, attributes: Node["attributes"] = {}): Node => {
  return { op, inputs: inputs.split(" ").map((name) => (name === "-" ? "" : name)), outputs: [output], attributes };
};

/** Returns an ONNX file with these nodes. "W" is a weight, "zero" and "least" are constants. The numbers are those of onnx.proto. */
function onnxFile(nodes: readonly Node[], inputs: readonly string[] = ["input_ids", "attention_mask", "position_ids"]): Uint8Array {
  const writer = new PbfWriter();
  writer.writeMessage(8, (_, each) => each.writeVarintField(2, 18), undefined);
  const graph = (_: undefined, each: PbfWriter): void => {
    for (const one of nodes) each.writeMessage(1, writeNode, one);
    each.writeMessage(5, writeConstant, ["W", { type: "float32", value: 3 }]);
    each.writeMessage(5, writeConstant, ["zero", { type: "float32", value: 0 }]);
    each.writeMessage(5, writeConstant, ["least", { type: "float32", value: -3e38 }]);
    for (const name of inputs) each.writeMessage(11, (_input, value) => value.writeStringField(1, name), undefined);
  };
  writer.writeMessage(7, graph, undefined);
  return writer.finish();
}

/** Returns the nodes of a graph as "output = op(inputs)", and its inputs. */
function read(file: Uint8Array | undefined): { readonly lines: readonly string[]; readonly inputs: readonly string[] } {
  const { nodes, inputs } = readEditableGraph(file!);
  return { lines: nodes.map(({ op, inputs: from, outputs }) => `${outputs.join()} = ${op}(${from.join(", ")})`), inputs };
}

/** One attention: scores of queries and keys, scaled, `masked` by further nodes from "scaled" to "scores". */
const attention = (layer: number, masked: readonly Node[]): readonly Node[] => [
  node("MatMul", `q${layer} k${layer}`, `product${layer}`),
  node("Div", `product${layer} W`, `scaled${layer}`),
  ...masked,
  node("Softmax", `scores${layer}`, `weights${layer}`),
];
const added = (layer: number, mask: string): readonly Node[] => attention(layer, [node("Add", `scaled${layer} ${mask}`, `scores${layer}`)]);

const TREE = "decodekit.tree_mask";

describe("a mask", () => {
  test("of scores is narrowed once for all layers, by its least score", () => {
    const file = onnxFile([node("ScatterND", "a b c", "mask"), ...added(0, "mask"), ...added(1, "mask")]);
    const { lines, inputs } = read(rewriteFile(file, withTreeInputs));
    expect(inputs).toEqual(["input_ids", "attention_mask", "position_ids", TREE]);
    expect(lines).toEqual([
      "mask = ScatterND(a, b, c)",
      "product0 = MatMul(q0, k0)",
      "scaled0 = Div(product0, W)",
      "decodekit.least/mask = ReduceMin(mask)",
      `decodekit.mask/mask = Where(${TREE}, mask, decodekit.least/mask)`,
      "scores0 = Add(scaled0, decodekit.mask/mask)",
      "weights0 = Softmax(scores0)",
      "product1 = MatMul(q1, k1)",
      "scaled1 = Div(product1, W)",
      "scores1 = Add(scaled1, decodekit.mask/mask)",
      "weights1 = Softmax(scores1)",
    ]);
  });

  test("that each layer cuts and converts from one of booleans is narrowed where it is still shared", () => {
    const cut = (layer: number): readonly Node[] => [
      node("Slice", "seen start end", `cut${layer}`),
      node("Where", `cut${layer} zero least`, `mask${layer}`),
      ...added(layer, `mask${layer}`),
    ];
    const { lines } = read(rewriteFile(onnxFile([node("And", "a b", "seen"), ...cut(0), ...cut(1)]), withTreeInputs));
    expect(lines.filter((line) => line.includes("decodekit"))).toEqual([
      `decodekit.mask/seen = And(seen, ${TREE})`,
      "cut0 = Slice(decodekit.mask/seen, start, end)",
      "cut1 = Slice(decodekit.mask/seen, start, end)",
    ]);
  });

  test.each([
    ["true where a position is hidden", [node("Where", "hides least zero", "mask0"), ...added(0, "mask0")], "hides"],
    ["a negated one", [node("Not", "sees", "no"), node("Where", "no least zero", "mask0"), ...added(0, "mask0")], "sees"],
    ["a choice of scores", attention(0, [node("Where", "hides least scaled0", "scores0")]), "hides"],
  ])("of %s is the opposite", (_, nodes, value) => {
    // Both layers read the same one, which is therefore narrowed at its origin.
    const second = nodes.map(({ op, inputs, outputs, attributes }) => {
      const renamed = (name: string): string => (["hides", "sees", "zero", "least", "W"].includes(name) ? name : `${name}'`);
      return { op, inputs: inputs.map(renamed), outputs: outputs.map(renamed), attributes: attributes ?? {} };
    });
    const { lines } = read(rewriteFile(onnxFile([...nodes, ...second]), withTreeInputs));
    const narrowed = value === "sees" ? [`And(sees, ${TREE})`] : [`Not(${TREE})`, "Or(hides, decodekit.unseen/hides)"];
    expect(lines.filter((line) => line.startsWith("decodekit")).map((line) => line.split(" = ")[1])).toEqual(narrowed);
  });

  test("of the operator Attention is narrowed as what it is made of", () => {
    const nodes = [
      node("Cast", "attention_mask", "seen", { to: 9 }),
      node("Expand", "seen shape", "mask"),
      node("Attention", "q k v mask", "y"),
      node("Attention", "q k v mask", "z"),
    ];
    expect(read(rewriteFile(onnxFile(nodes), withTreeInputs)).lines).toContain(`decodekit.mask/mask = And(mask, ${TREE})`);
    const scores = nodes.map((each) => (each.op === "Cast" ? node("Cast", "attention_mask", "seen", { to: 1 }) : each));
    expect(read(rewriteFile(onnxFile(scores), withTreeInputs)).lines).toContain("decodekit.least/mask = ReduceMin(mask)");
  });
});

test("positions that a graph counts are moved where only its rotary embeddings read them", () => {
  const rotary = [
    node("Range", "past end W", "counted"),
    node("LessOrEqual", "keys counted", "sees"),
    node("Unsqueeze", "counted W", "positions"),
    node("Cast", "positions", "numbers"),
    node("MatMul", "W numbers", "angles"),
    node("Cos", "angles", "cos"),
    node("Sin", "angles", "sin"),
  ];
  const { lines, inputs } = read(rewriteFile(onnxFile([...rotary, ...added(0, "mask")], ["input_ids"]), withTreeInputs));
  expect(inputs).toEqual(["input_ids", TREE, "decodekit.position_offsets"]);
  expect(lines.slice(3, 5)).toEqual([
    "decodekit.positions/positions = Add(positions, decodekit.position_offsets)",
    "numbers = Cast(decodekit.positions/positions)",
  ]);
  expect(lines).toContain("sees = LessOrEqual(keys, counted)");
});

describe("GroupQueryAttention", () => {
  const inputs = ["input_ids", "attention_mask"];
  const fused = (attributes: Node["attributes"]): readonly Node[] => [
    node("GroupQueryAttention", "qkv - - key value lengths total cos sin", "y", attributes),
  ];

  test("takes a bias from the tree's mask, and positions", () => {
    const result = read(rewriteFile(onnxFile(fused({ do_rotary: 1 }), inputs), withTreeInputs));
    expect(result.inputs).toEqual([...inputs, TREE, "position_ids"]);
    expect(result.lines.at(-1)).toBe(
      "y = GroupQueryAttention(qkv, , , key, value, lengths, total, cos, sin, position_ids, decodekit.attention_bias)",
    );
    expect(result.lines.at(-2)).toBe("decodekit.attention_bias = CastLike(decodekit.tree/scores, qkv)");
  });

  test("with a window, or where a bias would be slow, stays as it is", () => {
    expect(rewriteFile(onnxFile(fused({ do_rotary: 1, local_window_size: 64 }), inputs), withTreeInputs)).toBeUndefined();
    expect(rewriteFile(onnxFile(fused({ do_rotary: 1 }), inputs), (graph) => withTreeInputs(graph, { fusedBias: false }))).toBeUndefined();
  });
});

test.each([
  ["no attention", [node("MatMul", "hidden W", "logits")]],
  ["a router's softmax", [node("MatMul", "hidden W", "product"), node("Add", "product mask", "scores0"), node("Softmax", "scores0", "w")]],
  ["an attention without a mask", attention(0, [node("Mul", "scaled0 W", "scores0")])],
  ["an attention with a weight for a mask", added(0, "W")],
])("a graph with %s stays as it is", (_, nodes) => {
  expect(rewriteFile(onnxFile(nodes), withTreeInputs)).toBeUndefined();
});

test("a graph is not rewritten twice, nor one that counts positions in another way", () => {
  const file = onnxFile(added(0, "mask"));
  expect(rewriteFile(rewriteFile(file, withTreeInputs)!, withTreeInputs)).toBeUndefined();
  expect(rewriteFile(onnxFile(added(0, "mask"), ["input_ids"]), withTreeInputs)).toBeUndefined();
});
