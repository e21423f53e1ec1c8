import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import type { Warning } from "@decodekit/core";
import { loadModel, type LoadModelOptions, type ModelFiles, type ModelSource } from "@decodekit/core/onnx";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { binary, causalGraph, countedRow, countingModel, straight } from "../../support/counting-graph.ts";
import { bytesOf, onnxFile } from "../../support/onnx-writer.ts";
import { contentOf } from "../../support/served-files.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "decodekit-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const native = { execution: "native" } as const;

function writeModel(name: string, { files }: ModelFiles = countingModel()): string {
  const place = path.join(folder, name);
  for (const [file, url] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(place, file)), { recursive: true });
    writeFileSync(path.join(place, file), contentOf(String(url)));
  }
  return place;
}

/** Returns files as a picker or a drop provides them. */
function filesOf({ files }: ModelFiles, root?: string): File[] {
  return Object.entries(files).map(([file, url]) => {
    const each = new File([Uint8Array.from(contentOf(String(url)))], path.basename(file));
    if (root !== undefined) Object.defineProperty(each, "webkitRelativePath", { value: `${root}/${file}` });
    return each;
  });
}

async function expectCounts(source: ModelSource, name: string, options: LoadModelOptions = native): Promise<void> {
  const model = await loadModel(source, options);
  expect(model.name).toBe(name);
  const session = await model.causal.createSession();
  expect((await session.forward(Int32Array.of(3, 1, 4))).row(0)).toEqual(countedRow(straight([3, 1, 4])));
  await model.dispose();
}

describe("a model loads from", () => {
  test("a path, with and without a trailing slash, with any characters", async () => {
    const place = writeModel("100% a model? #1");
    await expectCounts(place, "100% a model? #1");
    await expectCounts(`${place}/`, "100% a model? #1");
    await expectCounts(path.relative(process.cwd(), place), "100% a model? #1");
  });

  test("a file: URL, as text and as an object", async () => {
    const url = pathToFileURL(writeModel("as url"));
    await expectCounts(url, "as url");
    await expectCounts(url.href, "as url");
  });

  test("files by name", async () => {
    await expectCounts(countingModel(), "counting");
    const place = writeModel("by name");
    const files = Object.fromEntries(Object.keys(countingModel().files).map((file) => [file, pathToFileURL(path.join(place, file))]));
    await expectCounts({ name: "named", files }, "named");
  });

  test("files of a picked folder, by their paths", async () => {
    const decoy = new File(["{}"], "config.json");
    Object.defineProperty(decoy, "webkitRelativePath", { value: "picked/other/config.json" });
    await expectCounts([...filesOf(countingModel(), "picked"), decoy], "picked");
  });

  test("files that were dropped, by their names", async () => {
    await expectCounts(filesOf(countingModel()), "files");
  });

  test("a graph elsewhere in the folder, with its weights beside it", async () => {
    const { weights, ...graph } = causalGraph();
    const [first, second, ...others] = weights;
    const external = [
      { ...first!, external: { location: "weights.bin", offset: 4 } },
      { ...second!, external: { location: "weights.bin", offset: 4 + bytesOf(first!).length } },
    ];
    const content = Buffer.concat([Buffer.alloc(4), bytesOf(first!), bytesOf(second!)]);
    const { "onnx/model.onnx": whole, ...files } = countingModel().files;
    const file = onnxFile({ ...graph, weights: [...external, ...others] });
    const place = writeModel("external", {
      name: "external",
      files: { ...files, "a/b.onnx": binary(file), "a/weights.bin": binary(content) },
    });
    await expectCounts(place, "external", { ...native, modelFile: "a/b.onnx" });
    const model = await loadModel(place, { ...native, modelFile: "a/b.onnx" });
    const inside = await loadModel({ name: "whole", files: { ...files, "onnx/model.onnx": whole! } }, native);
    expect(model.parameters).toBe(inside.parameters);
    expect(model.bytes).toBe(file.length + content.length);
    expect(inside.bytes).toBe(contentOf(String(whole)).length);
    expect(model.execution).toBe("native");
    await Promise.all([model.dispose(), inside.dispose()]);
  });
});

const suffixes = ["", "_q4", "_fp16", "_bnb4", "_q4f16", "_quantized", "_int8", "_uint8"];
const graphs = suffixes.flatMap((suffix) => [`onnx/model${suffix}.onnx`, `model${suffix}.onnx`]);
const decoders = "nor decoder_model_merged of such a data type,";
const others = ` None of ${graphs.slice(1).join(", ")}, ${decoders} is there either. Name the graph's file as modelFile.`;

describe("a missing file is reported", () => {
  test.each(["config.json", "tokenizer.json", "onnx/model.onnx"])("%s, wherever the model is", async (file) => {
    const { [file]: _, ...files } = countingModel().files;
    const rest = { name: "rest", files };
    const place = writeModel(`without ${path.basename(file)}`, rest);
    const expectAbsent = async (source: ModelSource, where: string, problem: string): Promise<void> => {
      await expect(loadModel(source, native)).rejects.toMatchObject({
        name: "ModelLoadError",
        source: where,
        message: `${where}: ${problem}. The model needs this file.${file.endsWith(".onnx") ? others : ""}`,
      });
    };
    await expectAbsent(place, path.join(place, file), "does not exist");
    await expectAbsent(rest, `rest/${file}`, "is not among the files");
    await expectAbsent(filesOf(rest), file, "is not among the files");
    mkdirSync(path.join(place, file), { recursive: true });
    await expectAbsent(place, path.join(place, file), "is a folder, not a file");
  });

  test("when the folder is a file", async () => {
    const file = path.join(writeModel("a file"), "config.json");
    await expect(loadModel(file, native)).rejects.toMatchObject({
      name: "ModelLoadError",
      message: expect.stringContaining("does not exist"),
    });
  });

  test("when the name is not a possible file name, with the reason", async () => {
    await expect(loadModel(`${folder}/${"x".repeat(5000)}`, native)).rejects.toMatchObject({
      name: "ModelLoadError",
      message: expect.stringMatching(/could not be read \(ENAMETOOLONG.*\)\.$/),
    });
  });
});

test("an optional file that is a folder is absent, and an empty one is damaged", async () => {
  const place = writeModel("optional");
  mkdirSync(path.join(place, "generation_config.json"));
  await expectCounts(place, "optional");
  writeFileSync(path.join(place, "tokenizer_config.json"), "");
  await expect(loadModel(place, native)).rejects.toMatchObject({
    source: path.join(place, "tokenizer_config.json"),
    message: expect.stringMatching(/is not valid JSON \(.+\): it is empty\.$/),
  });
});

const anything = "a URL, a path, an array of File, { name, files }, or a store such as hub() returns";
const { files } = countingModel();

test.each([
  ["nothing", undefined, "source", anything],
  ["null", null, "source", anything],
  ["a number", 5, "source", anything],
  ["an empty string", "", "source", anything],
  ["an object without files", { name: "x" }, "source", anything],
  ["undefined files", { name: "x", files: undefined }, "source", anything],
  ["an array of strings", ["config.json"], "source", anything],
  ["an array with a file and something else", [new File([], "a"), {}], "source", anything],
  ["a function", () => "x", "source", anything],
  ["files that are not an object", { name: "x", files: "y" }, "files", "an object of URLs by path"],
  ["null files", { name: "x", files: null }, "files", "an object of URLs by path"],
  ["a name that is not a string", { name: 5, files }, "name", "a string"],
  ["an unknown member", { name: "x", files, extra: 1 }, 'option "extra"', "one of its options (name, files)"],
  [
    "a file's URL that is invalid",
    { name: "x", files: { ...files, a: 5 } },
    'files["a"]',
    "an absolute URL, such as pathToFileURL returns",
  ],
  ["a relative URL", { name: "x", files: { a: "./config.json" } }, 'files["a"]', "an absolute URL, such as pathToFileURL returns"],
])("a source that is %s is refused", async (_what, source, option, expected) => {
  await expect(loadModel(source as ModelSource, native)).rejects.toMatchObject({
    name: "InvalidOptionError",
    where: "loadModel",
    option,
    expected,
  });
});

describe("options", () => {
  test.each([
    ["execution", "cpu", 'one of "auto", "webgpu", "wasm", "native"'],
    ["threads", 0, "an integer in [1, 1024]"],
    ["threads", 1.5, "an integer in [1, 1024]"],
    ["threads", 1025, "an integer in [1, 1024]"],
    ["onProgress", {}, "a function"],
    ["onWarning", "log", "a function"],
    ["signal", { aborted: false }, "an AbortSignal"],
    ...[
      "model",
      5,
      "../model.onnx",
      "a/../b.onnx",
      "./a.onnx",
      "a/./b.onnx",
      "/model.onnx",
      "https://elsewhere.example/model.onnx",
      "a\\b.onnx",
      "model.onnx/",
      ".onnx",
    ].map((value) => ["modelFile", value, 'the path of an .onnx file within the folder, such as "onnx/model_q4.onnx"'] as const),
  ] as const)("%s: %j is refused", async (option, actual, expected) => {
    await expect(loadModel(countingModel(), { ...native, [option]: actual })).rejects.toMatchObject({
      name: "InvalidOptionError",
      where: "loadModel",
      option,
      expected,
      actual,
    });
  });

  test.each(["a.onnx", "onnx/a..b.onnx", "..a/b.onnx", "a b/c.onnx"])("modelFile: %j is a path within the folder", async (modelFile) => {
    await expect(loadModel(countingModel(), { ...native, modelFile })).rejects.toMatchObject({
      name: "ModelLoadError",
      message: `counting/${modelFile}: is not among the files. The model needs this file.`,
    });
  });

  test("an execution that needs a browser is not available in Node", async () => {
    await expect(loadModel(countingModel(), { execution: "webgpu" })).rejects.toMatchObject({
      name: "ExecutionUnavailableError",
      execution: "webgpu",
      message: 'Execution "webgpu" is not available: it needs a browser. Use "auto", "native" or "wasm".',
    });
  });

  test.each([undefined, "auto"] as const)("execution %j uses the native runtime if it is installed", async (execution) => {
    const model = await loadModel(countingModel(), { execution });
    expect(model.execution).toBe("native");
    await model.dispose();
  });

  test("on the native runtime each model has its own threads", async () => {
    const warnings: Warning[] = [];
    for (const threads of [1, 2])
      await expectCounts(countingModel(), "counting", { ...native, threads, onWarning: (each) => warnings.push(each) });
    expect(warnings).toEqual([]);
  });

  test("warnings go to the console by default", async () => {
    const log = vi.spyOn(console, "warn").mockImplementation(() => undefined);
    await expectCounts(countingModel({}, { eos_token_id: 99 }), "counting");
    expect(log.mock.calls).toEqual([[expect.stringMatching(/^decodekit: loadModel: counting\/config\.json: eos_token_id 99 /)]]);
    await expectCounts(countingModel({}, { eos_token_id: 99 }), "counting", { ...native, onWarning: () => undefined });
    expect(log).toHaveBeenCalledTimes(1);
    log.mockRestore();
  });
});

test("a graph that the runtime refuses is a ModelLoadError with the runtime's reason", async () => {
  const { nodes, ...graph } = causalGraph();
  const broken = onnxFile({ ...graph, nodes: [...nodes, { op: "NoSuchOperator", inputs: ["logits"], outputs: ["more"] }] });
  const source = { name: "broken", files: { ...files, "onnx/model.onnx": binary(broken) } };
  await expect(loadModel(source, native)).rejects.toMatchObject({
    name: "ModelLoadError",
    source: "broken/onnx/model.onnx",
    message: expect.stringMatching(/^broken\/onnx\/model\.onnx: could not be loaded on native \(.*NoSuchOperator.*\)\.$/s),
    cause: expect.any(Error),
  });
  await expectCounts(countingModel(), "counting");
});
