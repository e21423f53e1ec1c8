import { loadMaskedModel, loadModel, type LoadModelOptions, type ModelFiles } from "@decodekit/core/onnx";
import { expect, test } from "vitest";
import { countingModel, json } from "../../support/counting-graph.ts";
import { neighbourModel } from "../../support/neighbour-graph.ts";

const { "onnx/model.onnx": graph, ...others } = countingModel().files;
const withGraphAt = (...paths: readonly string[]): ModelFiles => ({
  name: "counting",
  files: { ...others, ...Object.fromEntries(paths.map((path) => [path, graph!])) },
});
const NO_TYPE = "no data type was asked for";

test.each<[string, ModelFiles, LoadModelOptions, { path: string; dtype: string | undefined; reason: string }]>([
  [
    "the first choice",
    withGraphAt("onnx/model.onnx", "onnx/model_q4.onnx"),
    {},
    { path: "onnx/model.onnx", dtype: "fp32", reason: NO_TYPE },
  ],
  [
    "the second place",
    withGraphAt("model.onnx"),
    {},
    { path: "model.onnx", dtype: "fp32", reason: `${NO_TYPE} and onnx/model.onnx is not there` },
  ],
  [
    "a later choice",
    withGraphAt("onnx/model_q4.onnx", "onnx/model_fp16.onnx"),
    {},
    { path: "onnx/model_q4.onnx", dtype: "q4", reason: `${NO_TYPE} and onnx/model.onnx and model.onnx are not there` },
  ],
  [
    "the data type that was asked for",
    withGraphAt("onnx/model.onnx", "onnx/model_quantized.onnx"),
    { dtype: "q8" },
    { path: "onnx/model_quantized.onnx", dtype: "q8", reason: "the data type q8 was asked for" },
  ],
  [
    "the path that was asked for, with its data type",
    withGraphAt("onnx/model.onnx", "a/model_bnb4.onnx"),
    { modelFile: "a/model_bnb4.onnx" },
    { path: "a/model_bnb4.onnx", dtype: "bnb4", reason: "it was asked for as modelFile" },
  ],
  [
    "the path that was asked for, whose name tells no data type",
    withGraphAt("a/graph_q4.onnx"),
    { modelFile: "a/graph_q4.onnx" },
    { path: "a/graph_q4.onnx", dtype: undefined, reason: "it was asked for as modelFile" },
  ],
])("a model says which file was opened and why: %s", async (_, source, options, expected) => {
  const model = await loadModel(source, { execution: "native", ...options });
  expect(model.file).toEqual(expected);
  await model.dispose();
});

test("a file that genai_config.json names tells no data type", async () => {
  const { "config.json": _, ...files } = withGraphAt("model.onnx").files;
  const genai = { model: { type: "llama", vocab_size: 8, context_length: 64, decoder: { filename: "model.onnx" } } };
  const model = await loadModel({ name: "counting", files: { ...files, "genai_config.json": json(genai) } }, { execution: "native" });
  expect(model.file).toEqual({ path: "model.onnx", dtype: undefined, reason: "genai_config.json names it" });
  await model.dispose();
});

test("a masked model says it too", async () => {
  const model = await loadMaskedModel(neighbourModel(), { execution: "native" });
  expect(model.file).toEqual({ path: "onnx/model.onnx", dtype: "fp32", reason: NO_TYPE });
  await model.dispose();
});
