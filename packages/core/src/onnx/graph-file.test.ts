import { PbfWriter } from "pbf";
import { describe, expect, test } from "vitest";
import { inspectGraphFile } from "./graph-file.ts";

interface Weights {
  readonly dims: readonly number[];
  readonly bytes?: Uint8Array;
  readonly location?: string;
}

/** An ONNX file with these weights: ModelProto.graph = 7, GraphProto.initializer = 5, TensorProto.{dims = 1, name = 8, raw_data = 9, external_data = 13}. */
function onnxFile(weights: readonly Weights[]): Uint8Array {
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
  return writer.finish();
}

function writeTensor({ dims, bytes, location }: Weights, writer: PbfWriter): void {
  writer.writePackedVarint(1, [...dims]);
  writer.writeVarintField(2, 1);
  writer.writeStringField(8, "weight");
  if (bytes) writer.writeBytesField(9, bytes);
  if (location === undefined) return;
  for (const [key, value] of [
    ["location", location],
    ["offset", "0"],
  ] as const) {
    writer.writeMessage(
      13,
      (entry, inner: PbfWriter) => {
        inner.writeStringField(1, entry.key);
        inner.writeStringField(2, entry.value);
      },
      { key, value },
    );
  }
}

describe("a graph's file", () => {
  test("tells how many numbers its weights hold", () => {
    expect(inspectGraphFile("x", onnxFile([{ dims: [3, 5], bytes: new Uint8Array(60) }, { dims: [7] }, { dims: [] }]))).toEqual({
      parameters: 15 + 7 + 1,
      externalData: [],
    });
  });

  test("names each file of external data once", () => {
    const file = onnxFile([
      { dims: [2], location: "model.onnx_data" },
      { dims: [2], location: "model.onnx_data" },
      { dims: [2], location: "more" },
    ]);
    expect(inspectGraphFile("x", file).externalData).toEqual(["model.onnx_data", "more"]);
  });

  test("is refused wherever it is cut", () => {
    const file = onnxFile([{ dims: [3, 5], bytes: new Uint8Array(60) }]);
    for (let length = 0; length < file.length; length++) {
      expect(() => inspectGraphFile("model.onnx", file.subarray(0, length)), `cut at ${length}`).toThrow(/^model\.onnx: is no/);
    }
  });

  test.each(["", "<!doctype html><title>not found</title>", '{"error":"not found"}', "version https://git-lfs.github.com/spec/v1\n"])(
    "is refused when it is something else: %j",
    (text) => {
      expect(() => inspectGraphFile("model.onnx", new TextEncoder().encode(text))).toThrow(/^model\.onnx: is no/);
    },
  );
});
