import { InvalidOptionError } from "@decodekit/core";
import { loadModel, type LoadModelOptions } from "@decodekit/core/onnx";
import { expect, test } from "vitest";
import { binary, causalGraph, countedRow, countingModel, straight } from "../../support/counting-graph.ts";
import { type Graph, onnxFile } from "../../support/onnx-writer.ts";

const names = { input_ids: "tokens", attention_mask: "mask", position_ids: "places", logits: "scores" } as const;

/** The counting model with other names. */
function renamed(): ReturnType<typeof countingModel> {
  const rename = (name: string): string => (names as Readonly<Record<string, string>>)[name] ?? name;
  const { inputs, outputs, nodes, weights }: Graph = causalGraph();
  const graph: Graph = {
    inputs: inputs.map((each) => ({ ...each, name: rename(each.name) })),
    outputs: outputs.map((each) => ({ ...each, name: rename(each.name) })),
    nodes: nodes.map((node) => ({ ...node, inputs: node.inputs.map(rename), outputs: node.outputs.map(rename) })),
    weights,
  };
  const { name, files } = countingModel();
  return { name, files: { ...files, "onnx/model.onnx": binary(onnxFile(graph)) } };
}

test.each(["native", "wasm"] as const)("a graph with other names is loaded with these on %s", async (execution) => {
  const model = await loadModel(renamed(), { execution, names });
  const session = await model.causal.createSession();
  await session.forward(Int32Array.of(3, 1));
  const logits = await session.forward(Int32Array.of(4, 2), { rows: 2 });
  expect([logits.row(0), logits.row(1)]).toEqual([countedRow(straight([3, 1, 4])), countedRow(straight([3, 1, 4, 2]))]);
  await model.dispose();
});

test("without its names it is refused, and so are names that it lacks", async () => {
  await expect(loadModel(renamed(), { execution: "native" })).rejects.toMatchObject({ name: "ModelShapeError", tensor: "input_ids" });
  const { logits: _, ...others } = names;
  await expect(loadModel(renamed(), { execution: "native", names: others })).rejects.toMatchObject({ tensor: "logits" });
  const absent = { ...names, token_type_ids: "kinds" };
  await expect(loadModel(renamed(), { execution: "native", names: absent })).rejects.toMatchObject({
    name: "ModelShapeError",
    tensor: "kinds",
    expected: "an input",
  });
});

test.each([{ ids: "tokens" }, { input_ids: "" }, { input_ids: 1 }, { input_ids: "same", logits: "same" }, "tokens", null])(
  "the names %j are refused",
  async (invalid) => {
    const options = { execution: "native", names: invalid } as unknown as LoadModelOptions;
    const error = await loadModel(renamed(), options).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(InvalidOptionError);
    expect(error).toMatchObject({ where: "loadModel", option: "names", actual: invalid });
  },
);
