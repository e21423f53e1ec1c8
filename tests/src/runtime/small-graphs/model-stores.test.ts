import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { generate } from "@decodekit/core";
import { type LoadProgress, loadModel, type ModelStore, type StoredFile } from "@decodekit/core/onnx";
import { greedy } from "@decodekit/greedy";
import { storiesDraft } from "@decodekit/tiny-models/stories-draft";
import { expect, test } from "vitest";

const options = { execution: "wasm", threads: 1 } as const;

/** A store of the smallest embedded model, whose files `open` opens. */
function storeOf(open: (bytes: Uint8Array<ArrayBuffer>, path: string) => StoredFile, fetched = false): ModelStore {
  return {
    name: "stored",
    describe: (path) => `store:${path}`,
    async open(path, { onProgress }) {
      const url = storiesDraft.files[path];
      if (url === undefined) return { absent: "is not in the store" };
      const bytes = new Uint8Array(await readFile(fileURLToPath(url)));
      if (fetched) {
        onProgress?.({ loadedBytes: 0, totalBytes: bytes.length, fromCache: true });
        onProgress?.({ loadedBytes: bytes.length, totalBytes: bytes.length, fromCache: true });
      }
      return open(bytes, path);
    },
  };
}

const streamOf = (bytes: Uint8Array<ArrayBuffer>): ReadableStream<Uint8Array> => new Blob([bytes]).stream();

async function decode(store: ModelStore): Promise<{ readonly text: string; readonly progress: readonly LoadProgress[] }> {
  const progress: LoadProgress[] = [];
  const model = await loadModel(store, { ...options, onProgress: (each) => progress.push(each) });
  const { text } = await generate(model, "Once", { decoder: greedy(), maxNewTokens: 8 }).result;
  expect(model.name).toBe("stored");
  await model.dispose();
  return { text, progress };
}

const kinds: Readonly<Record<string, (bytes: Uint8Array<ArrayBuffer>, path: string) => StoredFile>> = {
  "streams of known size": (bytes) => ({ bytes: bytes.length, stream: () => streamOf(bytes) }),
  "streams of unknown size": (bytes) => ({ bytes: undefined, stream: () => streamOf(bytes) }),
  "streams longer than stated": (bytes) => ({ bytes: 7, stream: () => streamOf(bytes) }),
  Blobs: (bytes) => {
    const blob = new Blob([bytes]);
    return { bytes: blob.size, blob, stream: () => blob.stream() };
  },
  "paths on this computer": (bytes, path) => {
    return { bytes: bytes.length, localPath: fileURLToPath(storiesDraft.files[path]!), stream: () => streamOf(bytes) };
  },
};

test.each(Object.keys(kinds))("a model loads from a store of %s, and decodes as from its URLs", async (kind) => {
  const model = await loadModel(storiesDraft, options);
  const { text } = await generate(model, "Once", { decoder: greedy(), maxNewTokens: 8 }).result;
  await model.dispose();
  const stored = await decode(storeOf(kinds[kind]!));
  expect(stored.text).toBe(text);
  const { loadedBytes, totalBytes, fromCache } = stored.progress.at(-1)!;
  expect(fromCache).toBe(false);
  if (kind === "streams of known size" || kind === "paths on this computer") expect(loadedBytes).toBe(totalBytes);
});

test("what the store fetched is counted once, as it reported it", async () => {
  const { progress } = await decode(storeOf(kinds["streams of known size"]!, true));
  expect(progress.every(({ fromCache }) => fromCache)).toBe(true);
  const { loadedBytes, totalBytes } = progress.at(-1)!;
  expect(loadedBytes).toBe(totalBytes);
  expect(Math.max(...progress.map((each) => each.loadedBytes))).toBe(loadedBytes);
});

test("an error of the store becomes a ModelLoadError that names the file", async () => {
  const failing: ModelStore = { ...storeOf(kinds.Blobs!), open: () => Promise.reject(new Error("the disk is gone")) };
  await expect(loadModel(failing, options)).rejects.toMatchObject({
    code: "MODEL_LOAD",
    message: /^store:.*could not be read \(the disk is gone\)\.$/,
  });
});
