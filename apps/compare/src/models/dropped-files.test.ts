import { describe, expect, test } from "vitest";
import { texts } from "../texts/texts.ts";
import { type DroppedEntry, droppedFiles, MAX_FILES } from "./dropped-files.ts";

const file = (name: string): DroppedEntry => ({ isFile: true, name, file: (success) => success(new File(["x"], name)) });

/** A folder whose reader gives its entries in pieces, as browsers do. */
function folder(name: string, entries: readonly DroppedEntry[], piece = 100): DroppedEntry {
  return {
    isFile: false,
    name,
    createReader() {
      let next = 0;
      return { readEntries: (success) => success(entries.slice(next, (next += piece))) };
    },
  };
}

const paths = async (...entries: readonly (DroppedEntry | File)[]): Promise<string[]> =>
  (await droppedFiles(entries)).map(({ path }) => path);

describe("a dropped folder", () => {
  test("is read with all folders in it, however its reader splits it, and without hidden ones", async () => {
    const model = folder("smol", [
      file("config.json"),
      folder("onnx", [file("model.onnx"), file("model.onnx_data"), file("model_q4.onnx")], 2),
      folder(".git", [file("HEAD")]),
      file(".gitattributes"),
      folder("node_modules", [file("x.js")]),
    ]);
    expect(await paths(model, file("notes.txt"), new File(["x"], "plain.txt"))).toEqual([
      "smol/config.json",
      "smol/onnx/model.onnx",
      "smol/onnx/model.onnx_data",
      "smol/onnx/model_q4.onnx",
      "notes.txt",
      "plain.txt",
    ]);
  });

  test("with too many files is refused in words, and one that contains itself ends", async () => {
    const many = folder(
      "many",
      Array.from({ length: MAX_FILES + 1 }, (_, index) => file(String(index))),
    );
    await expect(droppedFiles([many])).rejects.toThrow(texts.models.problems.tooMany(MAX_FILES));
    const inner: DroppedEntry[] = [file("a")];
    const loop = folder("loop", inner);
    inner.push(loop);
    expect((await paths(loop)).length).toBeLessThan(20);
  });

  test("that cannot be read rejects with the browser's error", async () => {
    const broken: DroppedEntry = { isFile: true, name: "a", file: (_, failure) => failure(new Error("gone")) };
    await expect(droppedFiles([folder("f", [broken])])).rejects.toThrow("gone");
  });
});
