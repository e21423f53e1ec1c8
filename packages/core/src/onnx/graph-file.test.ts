import { PbfWriter } from "pbf";
import { describe, expect, test } from "vitest";
import type { FileContent } from "./file-content.ts";
import { inspectGraphFile } from "./graph-file.ts";

interface Weights {
  readonly dims: readonly number[];
  readonly bytes?: Uint8Array;
  readonly location?: string;
  readonly offset?: string;
  readonly length?: string;
}

/** Returns an ONNX file with these weights: ModelProto.graph = 7, GraphProto.initializer = 5, TensorProto.{dims = 1, name = 8, raw_data = 9, external_data = 13}. */
function onnxFile(weights: readonly Weights[]): FileContent {
  const writer = new PbfWriter();
  writer.writeVarintField(1, 10);
  writer.writeMessage(
    7,
    (each, graph: PbfWriter) => {
      graph.writeStringField(2, "graph");
      for (const weight of each) graph.writeMessage(5, writeTensor, weight);
    },
    weights,
  );
  return { bytes: writer.finish(), answer: undefined };
}

function writeTensor({ dims, bytes, location, ...rest }: Weights, writer: PbfWriter): void {
  writer.writePackedVarint(1, [...dims]);
  writer.writeVarintField(2, 1);
  writer.writeStringField(8, "weight");
  if (bytes) writer.writeBytesField(9, bytes);
  if (location === undefined) return;
  for (const entry of Object.entries({ location, ...rest })) {
    writer.writeMessage(
      13,
      ([key, value], inner: PbfWriter) => {
        inner.writeStringField(1, key);
        inner.writeStringField(2, value);
      },
      entry,
    );
  }
}

const content = (text: string): FileContent => ({ bytes: new TextEncoder().encode(text), answer: undefined });

describe("a graph's file", () => {
  test("states the number of elements of its weights", () => {
    expect(inspectGraphFile("x", onnxFile([{ dims: [3, 5], bytes: new Uint8Array(60) }, { dims: [7] }, { dims: [] }]))).toEqual({
      parameters: 15 + 7 + 1,
      externalData: [],
    });
  });

  test("names each file of external data once, with the number of bytes that its weights need", () => {
    const file = onnxFile([
      { dims: [2], location: "model.onnx_data", offset: "8", length: "8" },
      { dims: [2], location: "model.onnx_data", offset: "0", length: "8" },
      { dims: [2], location: "deep/more..data", length: "5" },
      { dims: [2], location: "unsaid" },
    ]);
    expect(inspectGraphFile("x", file).externalData).toEqual([
      { path: "model.onnx_data", bytes: 16 },
      { path: "deep/more..data", bytes: 5 },
      { path: "unsaid", bytes: 0 },
    ]);
  });

  test.each(["/etc/weights", "../weights", "a/../../weights", "..", "https://elsewhere.example/weights", "c:weights", "a\\weights", ""])(
    "is refused when its weights would be read from %j",
    (location) => {
      const file = onnxFile([{ dims: [2], location }]);
      expect(() => inspectGraphFile("model.onnx", file)).toThrow(
        `model.onnx: names weights outside its own folder (${JSON.stringify(location)}), which are not read.`,
      );
    },
  );

  test("is refused if it is cut anywhere", () => {
    const { bytes } = onnxFile([{ dims: [3, 5], bytes: new Uint8Array(60) }]);
    for (let length = 0; length < bytes.length; length++) {
      const cut = { bytes: bytes.subarray(0, length), answer: undefined };
      expect(() => inspectGraphFile("model.onnx", cut), `cut at ${length}`).toThrow(/^model\.onnx: is (not an ONNX file|cut short)/);
    }
  });

  test("is reported as cut short if one of its lengths extends past its end", () => {
    const { bytes } = onnxFile([{ dims: [3, 5], bytes: new Uint8Array(60) }]);
    const cut = { bytes: bytes.subarray(0, bytes.length - 1), answer: "the server answered 200 OK" };
    expect(() => inspectGraphFile("model.onnx", cut)).toThrow(
      `model.onnx: is cut short, because a part of it ends at byte ${bytes.length}: it has ${bytes.length - 1} bytes and begins with the bytes ` +
        "08 0a 3a 55 12 05 67 72; the server answered 200 OK.",
    );
  });

  test("is refused, but not reported as cut short, if its parts do not fit", () => {
    // Field 7, the graph, has 3 bytes, and its first field declares 2.
    const bytes = Uint8Array.of(8, 1, 0x3a, 3, 0x2a, 2, 0x0a, 0, 0);
    expect(() => inspectGraphFile("model.onnx", { bytes, answer: undefined })).toThrow(
      "model.onnx: is not an ONNX file: it has 9 bytes and begins with the bytes 08 01 3a 03 2a 02 0a 00.",
    );
  });

  test.each([
    ["", "it is empty"],
    ["<!doctype html><title>not found</title>", 'it has 39 bytes and begins with "<!doctype html><title>not found<"'],
    ['{"error":"not found"}', String.raw`it has 21 bytes and begins with "{\"error\":\"not found\"}"`],
    ["version https://git-lfs.github.com/spec/v1\n", 'it has 43 bytes and begins with "version https://git-lfs.github.c"'],
  ])("is refused if it is not an ONNX file: %j", (text, what) => {
    expect(() => inspectGraphFile("model.onnx", content(text))).toThrow(`model.onnx: is not an ONNX file: ${what}.`);
  });

  test("is refused if it holds no graph, or two", () => {
    const none = { bytes: Uint8Array.of(8, 10), answer: undefined };
    expect(() => inspectGraphFile("model.onnx", none)).toThrow(
      "model.onnx: is not an ONNX file, because it holds no graph: it has 2 bytes",
    );
    const one = onnxFile([]).bytes;
    const two = { bytes: Uint8Array.of(...one, ...one.subarray(2)), answer: undefined };
    expect(() => inspectGraphFile("model.onnx", two)).toThrow("model.onnx: is not an ONNX file, because it holds 2 graphs");
  });
});
