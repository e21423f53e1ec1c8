import { generate } from "@decodekit/core";
import { loadModel, type LoadProgress } from "@decodekit/core/onnx";
import { greedy } from "@decodekit/greedy";
import { stories } from "@decodekit/tiny-models";
import { expect, test } from "vitest";

const wasm = { execution: "wasm" } as const;

/** Returns the files of the embedded model as a file picker or a drop provides them. */
async function pickedFiles(): Promise<File[]> {
  return Promise.all(
    Object.entries(stories.files).map(async ([path, url]) => new File([await (await fetch(url)).blob()], path.split("/").at(-1)!)),
  );
}

test("a model loads from dropped files, and decodes as when loaded by URL", async () => {
  const texts: string[] = [];
  for (const source of [await pickedFiles(), stories]) {
    const model = await loadModel(source, wasm);
    texts.push((await generate(model, "Once upon a time", { decoder: greedy(), maxNewTokens: 8 }).result).text);
    await model.dispose();
  }
  expect(texts[0]).toMatch(/^[,.]? ?[a-z ]+/i);
  expect(texts[0]).toBe(texts[1]);
});

test("a file missing among dropped ones is named", async () => {
  const files = (await pickedFiles()).filter(({ name }) => name !== "tokenizer.json");
  await expect(loadModel(files, wasm)).rejects.toMatchObject({ name: "ModelLoadError", source: "tokenizer.json" });
});

test("a model loads by URL, and the progress adds up to its bytes", async () => {
  const seen: LoadProgress[] = [];
  const model = await loadModel(stories, { ...wasm, onProgress: (progress) => seen.push(progress) });
  expect(seen.at(-1)!.loadedBytes).toBeGreaterThan(model.bytes);
  await model.dispose();
});

test("a URL without a model is a clear error, and the next load works", async () => {
  await expect(loadModel("/no-such-model", wasm)).rejects.toMatchObject({ name: "ModelLoadError" });
  await expect(loadModel(stories, { execution: "native" })).rejects.toMatchObject({ name: "ExecutionUnavailableError" });
  await (await loadModel(stories, wasm)).dispose();
});
