import { loadModel, type ModelFiles } from "@decodekit/core/onnx";
import { expect, test } from "vitest";
import { binary, canvasGraph, causalGraph, countedRow, countingModel, MASK_TOKEN, straight } from "../../support/counting-graph.ts";
import { type Graph, onnxFile } from "../../support/onnx-writer.ts";

const native = { execution: "native" } as const;

/** The counting model with `bytes` as its canvas graph. */
function withCanvas(bytes: Uint8Array, config: object = {}): ModelFiles {
  const { name, files } = countingModel({ canvas: true, positionIds: false }, config);
  return { name, files: { ...files, "onnx/canvas.onnx": binary(bytes) } };
}

test("a canvas graph with another cache layout is refused each time it is needed, and the causal graph still runs", async () => {
  const model = await loadModel(withCanvas(onnxFile(canvasGraph({ cacheType: "float16" }))), native);
  const masked = await model.masked!.createSession();
  for (let time = 0; time < 2; time++) {
    const error = await masked.predict(Int32Array.of(MASK_TOKEN)).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: "ModelShapeError", source: "counting/onnx/canvas.onnx", tensor: "the cache" });
    const cacheIn = (type: string): string =>
      ["0.key", "0.value", "1.key", "1.value"].map((each) => `past_key_values.${each} ${type} (1, 2, positions, 3)`).join(", ");
    expect((error as { expected: string }).expected).toBe(`that of the causal graph (${cacheIn("float32")})`);
    expect((error as { actual: string }).actual).toBe(cacheIn("float16"));
  }
  const session = await model.causal.createSession();
  await expect(session.forwardTree!(Int32Array.of(1), Int32Array.of(-1))).rejects.toMatchObject({ name: "ModelShapeError" });
  const fresh = await model.causal.createSession();
  expect((await fresh.forward(Int32Array.of(1, 2))).rows).toBe(1);
  await model.dispose();
});

test.each(["mode_ids", "attention_bias"])("a canvas graph without %s is refused", async (name) => {
  const whole = canvasGraph();
  const renamed = `other_${name}`;
  const graph: Graph = {
    ...whole,
    inputs: whole.inputs.map((input) => (input.name === name ? { ...input, name: renamed } : input)),
    nodes: whole.nodes.map((node) => ({ ...node, inputs: node.inputs.map((input) => (input === name ? renamed : input)) })),
  };
  const model = await loadModel(withCanvas(onnxFile(graph)), native);
  const masked = await model.masked!.createSession();
  await expect(masked.predict(Int32Array.of(MASK_TOKEN))).rejects.toMatchObject({ name: "ModelShapeError", tensor: name });
  await model.dispose();
});

test("a canvas graph that the runtime refuses is an error when it is needed", async () => {
  const { nodes, ...graph } = canvasGraph();
  const broken = onnxFile({ ...graph, nodes: [...nodes, { op: "NoSuchOperator", inputs: ["logits"], outputs: ["more"] }] });
  const model = await loadModel(withCanvas(broken), native);
  const masked = await model.masked!.createSession();
  await expect(masked.predict(Int32Array.of(MASK_TOKEN))).rejects.toMatchObject({
    name: "ModelLoadError",
    source: "counting/onnx/canvas.onnx",
  });
  await model.dispose();
});

test("while a canvas is in use, up to 64 tokens are read through the canvas graph, more through the causal graph", async () => {
  const useless = onnxFile(canvasGraph({ cacheType: "float16" }));
  const model = await loadModel(withCanvas(useless, { max_position_embeddings: 200 }), native);
  const session = await model.causal.createSession();
  await model.masked!.createSession(session);
  await expect(session.forward(new Int32Array(64))).rejects.toMatchObject({ name: "ModelShapeError" });
  expect((await session.forward(new Int32Array(65))).rows).toBe(1);
  expect(session.length).toBe(65);
  await model.dispose();
});

test("a canvas graph is found beside `modelFile`, and may take its weights from there", async () => {
  const { "onnx/model.onnx": causal, "onnx/canvas.onnx": canvas, ...files } = countingModel({ canvas: true }).files;
  const source = { name: "elsewhere", files: { ...files, "a/b.onnx": causal!, "a/canvas.onnx": canvas! } };
  const model = await loadModel(source, { ...native, modelFile: "a/b.onnx" });
  const masked = await model.masked!.createSession();
  const expected = countedRow(straight([MASK_TOKEN]), "canvas");
  expect((await masked.predict(Int32Array.of(MASK_TOKEN))).row(0)).toEqual(expected);
  await model.dispose();
  await expect(
    loadModel({ name: "top", files: { ...files, "b.onnx": causal! } }, { ...native, modelFile: "b.onnx" }),
  ).rejects.toMatchObject({
    source: "top/canvas.onnx",
  });
});

test("a graph of the wrong shape is refused at once, and the next one loads", async () => {
  const { files } = countingModel();
  const { outputs, ...graph } = causalGraph();
  const shapeless = onnxFile({ ...graph, outputs: outputs.filter(({ name }) => name !== "present.1.key") });
  const source = { name: "shapeless", files: { ...files, "onnx/model.onnx": binary(shapeless) } };
  await expect(loadModel(source, native)).rejects.toMatchObject({
    name: "ModelShapeError",
    source: "shapeless/onnx/model.onnx",
    tensor: "present.1.key",
  });
  await (await loadModel(countingModel(), native)).dispose();
});
