import { describe, expect, test } from "vitest";
import { texts } from "../texts/texts.ts";
import { findGraphs, type LocalFile, pickedFiles } from "./local-files.ts";

const t = texts.models.problems;
const files = (paths: Readonly<Record<string, number>> | readonly string[]): LocalFile[] =>
  Object.entries(Array.isArray(paths) ? Object.fromEntries(paths.map((path: string) => [path, 1])) : paths).map(([path, size]) => ({
    path,
    file: new File([new Uint8Array(size)], path.split("/").at(-1)!),
  }));
const found = (paths: Parameters<typeof files>[0]) => {
  const graphs = findGraphs(files(paths));
  if ("problem" in graphs) throw new Error(graphs.problem);
  return graphs.map(({ modelFile, dtype, bytes, model }) => ({ modelFile, dtype, bytes, name: model.name }));
};
const problem = (paths: readonly string[]): string | undefined => {
  const graphs = findGraphs(files(paths));
  return "problem" in graphs ? graphs.problem : undefined;
};

describe("model files", () => {
  test("of the Hub's layout are found with their data types and the sizes of their weights, helper graphs left out", () => {
    expect(
      found({
        "smol/config.json": 1,
        "smol/tokenizer.json": 1,
        "smol/onnx/model.onnx": 500,
        "smol/onnx/model_q4.onnx": 10,
        "smol/onnx/model_q4.onnx_data": 100,
        "smol/onnx/model_q4.onnx_data_1": 50,
        "smol/onnx/model_q4f16.onnx": 70,
        "smol/onnx/embed_tokens_q4.onnx": 70,
        "smol/onnx/canvas.onnx": 70,
      }),
    ).toEqual([
      { modelFile: "onnx/model.onnx", dtype: "fp32", bytes: 500, name: "smol" },
      { modelFile: "onnx/model_q4.onnx", dtype: "q4", bytes: 160, name: "smol" },
      { modelFile: "onnx/model_q4f16.onnx", dtype: "q4f16", bytes: 70, name: "smol" },
    ]);
  });

  test("in the folder itself, with a configuration of onnxruntime-genai and weights of another name, are found", () => {
    expect(found({ "int4/genai_config.json": 1, "int4/tokenizer.json": 1, "int4/model.onnx": 5, "int4/model.onnx.data": 20 })).toEqual([
      { modelFile: "model.onnx", dtype: "fp32", bytes: 25, name: "int4" },
    ]);
  });

  test("that were picked one by one have no folder", () => {
    const picked = pickedFiles(files(["config.json", "tokenizer.json", "graph.onnx"]).map(({ file }) => file));
    const graphs = findGraphs(picked);
    expect(graphs).toMatchObject([{ modelFile: "graph.onnx", dtype: undefined, model: { name: "files" } }]);
  });

  test("of several models each get the nearest folder with a configuration, and only its files", () => {
    const graphs = findGraphs(
      files([
        "all/a/config.json",
        "all/a/tokenizer.json",
        "all/a/model.onnx",
        "all/b/config.json",
        "all/b/tokenizer.json",
        "all/b/onnx/model.onnx",
      ]),
    );
    if ("problem" in graphs) throw new Error(graphs.problem);
    expect(graphs.map(({ model: { name, files: own } }) => [name, own.map(({ path }) => path)])).toEqual([
      ["a", ["config.json", "tokenizer.json", "model.onnx"]],
      ["b", ["config.json", "tokenizer.json", "onnx/model.onnx"]],
    ]);
  });
});

describe("what is missing is said", () => {
  test.each([
    [[], t.noFiles],
    [["a.txt"], t.noOnnx(1)],
    [["m/config.json", "m/tokenizer.json", ...Array.from({ length: 10 }, (_, index) => `m/${index}.bin`)], t.noOnnx(12)],
    [["m/config.json", "m/model-Q4_K_M.gguf"], t.gguFiles("m/model-Q4_K_M.gguf")],
    [["onnx/model.onnx", "onnx/model.onnx_data"], t.missing(["config.json", "tokenizer.json"], "onnx")],
    [["m/onnx/model.onnx", "m/config.json"], t.missing(["tokenizer.json"], "m")],
    [["model.onnx", "tokenizer.json"], t.missing(["config.json"], "")],
  ])("%j", (paths, expected) => {
    expect(problem(paths)).toBe(expected);
  });

  test("as a sentence that says what to choose", () => {
    expect(t.noOnnx(12)).toBe("No .onnx file among the 12 files. Choose a folder with config.json, tokenizer.json and an .onnx file.");
  });
});
