import { readFile, readdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { builtInDecoders, parseDecoder } from "@decodekit/compare";
import { generate } from "@decodekit/core";
import { loadModel } from "@decodekit/core/onnx";
import { stories } from "@decodekit/tiny-models";
import { beforeAll, expect, test } from "vitest";
import { findGraphs, type LocalFile, type LocalModel } from "./local-files.ts";
import { localStore } from "./local-store.ts";

const folder = fileURLToPath(new URL("../../../../packages/tiny-models/models/stories/", import.meta.url));
const { decoder } = parseDecoder("greedy", builtInDecoders);
const OPTIONS = { execution: "native", threads: 1 } as const;

/** The story model's files, as a drop of its folder gives them. */
let dropped: readonly LocalFile[];
let expected: string;

beforeAll(async () => {
  const names = await readdir(folder, { recursive: true, withFileTypes: true });
  dropped = await Promise.all(
    names
      .filter((each) => each.isFile())
      .map(async ({ parentPath, name }) => {
        const path = `stories/${`${parentPath}/${name}`.slice(folder.length).replace(/^\/+/, "")}`;
        return { path, file: new File([await readFile(`${parentPath}/${name}`)], name) };
      }),
  );
  expected = await textOf(await loadModel(stories, OPTIONS));
});

async function textOf(model: Awaited<ReturnType<typeof loadModel>>): Promise<string> {
  const { text } = await generate(model, "Once upon a time", { decoder, maxNewTokens: 12 }).result;
  await model.dispose();
  return text;
}

function modelIn(files: readonly LocalFile[]): { readonly model: LocalModel; readonly modelFile: string } {
  const graphs = findGraphs(files);
  if ("problem" in graphs) throw new Error(graphs.problem);
  return graphs[0]!;
}

test("a dropped folder is loaded, also within another folder", async () => {
  for (const above of ["", "downloads/"]) {
    const { model, modelFile } = modelIn(dropped.map(({ path, file }) => ({ path: above + path, file })));
    const loaded = await loadModel(localStore(model), { ...OPTIONS, modelFile });
    expect(loaded.name).toBe("stories");
    expect(loaded.masked).toBeDefined();
    expect(await textOf(loaded)).toBe(expected);
  }
});

test("files that were picked one by one are loaded, whatever folder each lay in, with and without a chosen model file", async () => {
  const { model, modelFile } = modelIn(dropped.map(({ file }) => ({ path: file.name, file })));
  expect(modelFile).toBe("model.onnx");
  expect(await textOf(await loadModel(localStore(model), { ...OPTIONS, modelFile }))).toBe(expected);
  expect(await textOf(await loadModel(localStore(model), OPTIONS))).toBe(expected);
});

test("a file of another folder of the same name is not taken for one that is missing", async () => {
  const { model } = modelIn(dropped);
  const files = model.files.map((each) => (each.path === "tokenizer.json" ? { ...each, path: "other/tokenizer.json" } : each));
  await expect(loadModel(localStore({ ...model, files }), OPTIONS)).rejects.toThrow("stories/tokenizer.json: is not among the files");
});
