import { describe, expect, test } from "vitest";
import { texts } from "../texts/texts.ts";
import { isModel } from "../url/share-link.ts";
import { readModelAddress, type ReadAddress } from "./model-address.ts";

const t = texts.models.problems;
const problemOf = (text: string, hub?: string): string | undefined => {
  const read = readModelAddress(text, hub);
  return "problem" in read ? read.problem : undefined;
};

describe("an address", () => {
  test.each<[text: string, expected: ReadAddress]>([
    [" org/name ", { model: "org/name" }],
    ["org/name@v1.0", { model: "org/name@v1.0" }],
    ["https://huggingface.co/org/name", { model: "org/name" }],
    ["huggingface.co/org/name/", { model: "org/name" }],
    ["https://www.huggingface.co/org/name/tree/main/onnx", { model: "org/name" }],
    ["https://huggingface.co/org/name/tree/v2", { model: "org/name@v2" }],
    ["https://huggingface.co/org/name/blob/main/onnx/model_q4.onnx", { model: "org/name", dtype: "q4" }],
    ["https://huggingface.co/org/name/resolve/main/onnx/model.onnx?download=true", { model: "org/name", dtype: "fp32" }],
    ["https://huggingface.co/org/name/blob/main/onnx/model_q4f16.onnx_data", { model: "org/name", dtype: "q4f16" }],
    ["https://huggingface.co/org/name/blob/main/onnx/model_q4.onnx_data_1", { model: "org/name", dtype: "q4" }],
    ["https://huggingface.co/org/name/blob/main/cpu/int4/model.onnx.data", { model: "org/name", modelFile: "cpu/int4/model.onnx" }],
    ["https://huggingface.co/org/name/blob/v2/onnx/decoder.onnx", { model: "org/name@v2", modelFile: "onnx/decoder.onnx" }],
    ["https://huggingface.co/org/name/blob/main/config.json", { model: "org/name" }],
    ["https://mirror.org/org/name/blob/main/onnx/model_q4.onnx", { model: "org/name", hub: "https://mirror.org", dtype: "q4" }],
    ["https://my.org/models/tiny/", { model: "https://my.org/models/tiny/" }],
    ["https://my.org/models/tiny/onnx/model_q4.onnx", { model: "https://my.org/models/tiny/", dtype: "q4" }],
    ["https://my.org/models/tiny/model.onnx?key=1", { model: "https://my.org/models/tiny/?key=1", dtype: "fp32" }],
    ["https://my.org/models/tiny/graph.onnx", { model: "https://my.org/models/tiny/", modelFile: "graph.onnx" }],
    ["https://my.org/models/tiny/config.json", { model: "https://my.org/models/tiny/" }],
  ])("%s is read", (text, expected) => {
    expect(readModelAddress(text)).toEqual(expected);
    expect(isModel(expected.model)).toBe(true);
  });

  test("of a page of a mirror, or of the usual hub while a mirror is set, names the repository", () => {
    const hub = "https://mirror.org/hf";
    expect(readModelAddress("https://mirror.org/hf/org/name/tree/main", hub)).toEqual({ model: "org/name" });
    expect(readModelAddress("https://huggingface.co/org/name", hub)).toEqual({ model: "org/name" });
    expect(problemOf("https://mirror.org/hf/datasets/org/name", hub)).toBe(t.dataset);
  });
});

describe("what cannot work gets a hint", () => {
  test.each([
    ["", t.empty],
    ["no model", t.wrong],
    ["ftp://example.org/x", t.wrong],
    ["https://huggingface.co/datasets/org/name", t.dataset],
    ["datasets/squad", t.dataset],
    ["https://huggingface.co/spaces/org/name", t.space],
    ["https://huggingface.co/models?library=onnx&search=qwen", t.search],
    ["https://huggingface.co/", t.search],
    ["https://huggingface.co/onnx-community", t.owner("onnx-community")],
    ["https://huggingface.co/docs/hub/models", t.otherPage],
    ["https://huggingface.co/papers/2405.04517", t.otherPage],
    ["bartowski/SmolLM2-360M-Instruct-GGUF", t.gguf],
    ["https://huggingface.co/Qwen/Qwen3-0.6B-GGUF", t.gguf],
    ["https://huggingface.co/org/name/blob/main/model-Q4_K_M.gguf", t.gguf],
    ["https://my.org/models/model.gguf", t.gguf],
    ["https://huggingface.co/org/name/blob/main/model.safetensors", t.otherWeights(".safetensors")],
    ["mlx-community/Qwen3-0.6B-mlx-4bit", t.otherWeights("MLX")],
    ["org/name-AWQ", t.otherWeights("AWQ")],
  ])("%j", (text, hint) => {
    expect(problemOf(text)).toBe(hint);
  });

  test.each(["org/mlx", "org/ggufy", "org/name-mlxx"])("but not %s, whose name only looks like it", (text) => {
    expect(problemOf(text)).toBeUndefined();
  });
});
