import { type Execution, loadModel, type LoadModelOptions, type ModelFiles } from "@decodekit/core/onnx";
import { PbfWriter } from "pbf";
import { describe, expect, test } from "vitest";
import { readRowConsistency } from "../../../../packages/core/src/onnx/row-consistency.ts";
import { VOCAB_SIZE } from "../../support/counting-graph.ts";
import { countingModelWith } from "../../support/counting-model-with.ts";
import { type Graph, type GraphNode, onnxFile, type Weights } from "../../support/onnx-writer.ts";

const node = (op: string, attributes: GraphNode["attributes"] = {}): GraphNode => ({ op, inputs: ["x"], outputs: ["y"], attributes });
const graphOf = (...nodes: readonly GraphNode[]): Graph => ({ nodes, inputs: [], outputs: [], weights: [] });
const found = (graph: Graph, execution: Execution = "native") => readRowConsistency(onnxFile(graph), execution);

describe("the operators of a graph tell how consistent its rows are", () => {
  test.each([
    ["MatMul", {}, "rounding"],
    ["MatMulNBits", { bits: 4 }, "rounding"],
    ["MatMulNBits", { bits: 4, accuracy_level: 1 }, "rounding"],
    ["MatMulNBits", { bits: 4, accuracy_level: 4 }, "approximate"],
    ["MatMulInteger", {}, "approximate"],
    ["MatMulIntegerToFloat", {}, "approximate"],
    ["QLinearMatMul", {}, "approximate"],
    ["QuantizeLinear", {}, "approximate"],
    ["DequantizeLinear", {}, "rounding"],
    ["DynamicQuantizeLinear", {}, "mixed"],
    ["DynamicQuantizeMatMul", {}, "mixed"],
  ])("%s %o: %s", (op, attributes, expected) => {
    expect(found(graphOf(node("Gather"), node(op, attributes)))).toBe(expected);
  });

  test("the worst of them counts, wherever it is", () => {
    const [mixed, plain] = [node("DynamicQuantizeLinear"), node("MatMul")];
    expect(found(graphOf(mixed, node("MatMulInteger"), plain))).toBe("mixed");
    const branch: GraphNode = {
      op: "If",
      inputs: ["x"],
      outputs: ["y"],
      parts: { else_branch: graphOf(mixed), then_branch: graphOf(plain) },
    };
    expect(found(graphOf(branch, plain))).toBe("mixed");
    expect(found(graphOf({ ...branch, parts: { then_branch: graphOf({ ...branch }, plain) } }))).toBe("mixed");
  });

  test("also in a function of the model", () => {
    const writer = new PbfWriter();
    writer.writeMessage(25, (_, each) => writeFunction(each), undefined);
    const file = Uint8Array.of(...onnxFile(graphOf(node("Quantized"))), ...writer.finish());
    expect(readRowConsistency(file, "native")).toBe("mixed");
  });

  test("4 bits of accuracy level 4 are multiplied in float32 on WASM", () => {
    const graph = graphOf(node("MatMulNBits", { accuracy_level: 4 }));
    expect([found(graph, "native"), found(graph, "webgpu"), found(graph, "wasm")]).toEqual(["approximate", "approximate", "rounding"]);
  });
});

/** Writes a FunctionProto: its name, and one node with its type. */
function writeFunction(writer: PbfWriter): void {
  writer.writeStringField(1, "Quantized");
  writer.writeMessage(7, (_, each) => each.writeStringField(4, "DynamicQuantizeLinear"), undefined);
}

const identity = Array.from({ length: VOCAB_SIZE ** 2 }, (_, index) => (index % (VOCAB_SIZE + 1) === 0 ? 1 : 0));
const scaleOfOne: Weights = { name: "W scale", type: "float32", dims: [1], values: [1] };

/** Logits that are multiplied once more, in 8 bits, by an identity matrix, with one scale for all rows. */
const dynamicEightBits = (): ModelFiles =>
  countingModelWith(
    [
      { op: "DynamicQuantizeLinear", inputs: ["counted"], outputs: ["quantized", "scale", "zero point"] },
      { op: "MatMulInteger", inputs: ["quantized", "identity", "zero point"], outputs: ["integer sums"] },
      { op: "Cast", inputs: ["integer sums"], outputs: ["float sums"], attributes: { to: 1 } },
      { op: "Mul", inputs: ["scale", "W scale"], outputs: ["scales"] },
      { op: "Mul", inputs: ["float sums", "scales"], outputs: ["logits"] },
    ],
    [{ name: "identity", type: "int8", dims: [VOCAB_SIZE, VOCAB_SIZE], values: identity }, scaleOfOne],
  );

/** The same as one operator. */
const fusedEightBits = (): ModelFiles =>
  countingModelWith(
    [{ op: "DynamicQuantizeMatMul", domain: "com.microsoft", inputs: ["counted", "identity", "W scale"], outputs: ["logits"] }],
    [{ name: "identity", type: "int8", dims: [VOCAB_SIZE, VOCAB_SIZE], values: identity }, scaleOfOne],
  );

async function consistencyOf(source: ModelFiles, options: LoadModelOptions = {}) {
  const warnings: string[] = [];
  const model = await loadModel(source, { execution: "native", ...options, onWarning: ({ message }) => warnings.push(message) });
  const { rowConsistency } = model.causal.capabilities;
  await model.dispose();
  return { rowConsistency, warnings };
}

describe.each(["native", "wasm"] as const)("a model with products of 8 bits on %s", (execution) => {
  test("has rows of its own with a scale for each, and mixed ones, with a warning, as it is", async () => {
    expect(await consistencyOf(dynamicEightBits(), { execution })).toEqual({ rowConsistency: "approximate", warnings: [] });
    const { rowConsistency, warnings } = await consistencyOf(dynamicEightBits(), { execution, rewriting: false });
    expect(rowConsistency).toBe("mixed");
    expect(warnings).toEqual([expect.stringContaining("may return another text")]);
  });

  test("has the same if the operators are fused", async () => {
    expect(await consistencyOf(fusedEightBits(), { execution })).toEqual({ rowConsistency: "approximate", warnings: [] });
    const { rowConsistency, warnings } = await consistencyOf(fusedEightBits(), { execution, rewriting: false });
    expect(rowConsistency).toBe("mixed");
    expect(warnings).toEqual([expect.stringContaining("may return another text")]);
  });
});
