import { PbfWriter } from "pbf";
import { describe, expect, test } from "vitest";
import type { FileContent } from "./file-content.ts";
import { bytesInMemory } from "./byte-source.ts";
import { type GraphFile, readGraphFile } from "./graph-file.ts";

function inspect(name: string, { bytes, answer }: FileContent): Promise<GraphFile> {
  return readGraphFile({ source: name, name, content: bytesInMemory(bytes), answer });
}

interface Node {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly integers?: Readonly<Record<string, number>>;
  readonly tensor?: Weights;
  readonly graph?: readonly Weights[];
}

interface Weights {
  readonly name?: string;
  readonly dataLocation?: number;
  readonly dims: readonly number[];
  readonly bytes?: Uint8Array;
  readonly location?: string;
  readonly offset?: string;
  readonly length?: string;
  /** A value of TensorProto.DataType. @defaultValue 1, float32 */
  readonly type?: number;
}

/** Returns an ONNX file. The numbers are field numbers of onnx.proto. */
function onnxFile(weights: readonly Weights[], nodes: readonly Node[] = []): FileContent {
  const writer = new PbfWriter();
  writer.writeVarintField(1, 10);
  writer.writeMessage(
    7,
    (each, graph: PbfWriter) => {
      for (const node of nodes) graph.writeMessage(1, writeNode, node);
      graph.writeStringField(2, "graph");
      for (const weight of each) graph.writeMessage(5, writeTensor, weight);
    },
    weights,
  );
  return { bytes: writer.finish(), answer: undefined };
}

function writeNode({ op, inputs, integers = {}, tensor, graph }: Node, writer: PbfWriter): void {
  for (const input of inputs) writer.writeStringField(1, input);
  writer.writeStringField(4, op);
  const attribute = (name: string, write: (inner: PbfWriter) => void): void =>
    writer.writeMessage(5, (_, inner: PbfWriter) => (inner.writeStringField(1, name), write(inner)), undefined);
  for (const [name, value] of Object.entries(integers)) attribute(name, (inner) => inner.writeVarintField(3, value));
  if (tensor) attribute("value", (inner) => inner.writeMessage(5, writeTensor, tensor));
  if (graph) {
    attribute("then_branch", (inner) => {
      inner.writeMessage(6, (_, body: PbfWriter) => graph.forEach((weight) => body.writeMessage(5, writeTensor, weight)), undefined);
    });
  }
}

function writeTensor({ name = "weight", dims, bytes, location, dataLocation, type = 1, ...rest }: Weights, writer: PbfWriter): void {
  writer.writePackedVarint(1, [...dims]);
  writer.writeVarintField(2, type);
  writer.writeStringField(8, name);
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
  if (dataLocation !== undefined) writer.writeVarintField(14, dataLocation);
}

/** Returns an ONNX file whose graph has an input (field 11) or output (12) of an element type. */
function withValue(field: 11 | 12, type: number): Uint8Array {
  const writer = new PbfWriter();
  const nested = (number: number, inner: (each: PbfWriter) => void, each: PbfWriter): void =>
    each.writeMessage(number, (_, at) => inner(at), 0);
  writer.writeVarintField(1, 10);
  nested(
    7,
    (graph) => nested(field, (value) => nested(2, (kind) => nested(1, (tensor) => tensor.writeVarintField(1, type), kind), value), graph),
    writer,
  );
  return writer.finish();
}

const content = (text: string): FileContent => ({ bytes: new TextEncoder().encode(text), answer: undefined });

describe("a graph's file", () => {
  test("states the number of elements of its weights", async () => {
    const file = onnxFile([{ dims: [3, 5], bytes: new Uint8Array(60) }, { dims: [7] }, { dims: [] }]);
    expect(await inspect("x", file)).toEqual({
      inputs: [],
      parameters: 15 + 7 + 1,
      externalData: [],
      holdsWeights: false,
      usesFloat16: false,
      outline: file.bytes,
    });
  });

  test.each([
    ["a weight", onnxFile([{ dims: [2] }, { dims: [2], type: 10 }, { dims: [2] }]), true],
    ["a constant", onnxFile([], [{ op: "Constant", inputs: [], tensor: { dims: [2], type: 10 } }]), true],
    ["a weight of a subgraph", onnxFile([], [{ op: "If", inputs: [], graph: [{ dims: [2], type: 10 }] }]), true],
    ["a weight that is only converted", onnxFile([{ dims: [2], type: 10 }], [{ op: "Cast", inputs: ["weight"] }]), false],
    [
      "a weight that is also read as it is",
      onnxFile(
        [{ dims: [2], type: 10 }],
        [
          { op: "Cast", inputs: ["weight"] },
          { op: "Mul", inputs: ["weight", "weight"] },
        ],
      ),
      true,
    ],
    ["an input", { bytes: withValue(11, 10), answer: undefined }, true],
    ["an output", { bytes: withValue(12, 10), answer: undefined }, true],
    ["no input", { bytes: withValue(11, 1), answer: undefined }, false],
    [
      "no weight",
      onnxFile([
        { dims: [2], type: 11 },
        { dims: [10], type: 16 },
      ]),
      false,
    ],
  ])("states whether it uses float16: %s", async (_, file, usesFloat16) => {
    expect((await inspect("x", file)).usesFloat16).toBe(usesFloat16);
  });

  test("names each file of external data once, with the number of bytes that its weights need", async () => {
    const file = onnxFile([
      { dims: [2], location: "model.onnx_data", offset: "8", length: "8" },
      { dims: [2], location: "model.onnx_data", offset: "0", length: "8" },
      { dims: [2], location: "deep/more..data", length: "5" },
      { dims: [2], location: "unsaid" },
    ]);
    expect((await inspect("x", file)).externalData).toEqual([
      { path: "model.onnx_data", bytes: 16 },
      { path: "deep/more..data", bytes: 5 },
      { path: "unsaid", bytes: 0 },
    ]);
  });

  test.each(["/etc/weights", "../weights", "a/../../weights", "..", "https://elsewhere.example/weights", "c:weights", "a\\weights", ""])(
    "is refused when its weights would be read from %j",
    async (location) => {
      const file = onnxFile([{ dims: [2], location }]);
      await expect(inspect("model.onnx", file)).rejects.toThrow(
        `model.onnx: names weights outside its own folder (${JSON.stringify(location)}), which are not read.`,
      );
    },
  );

  test("is refused if it is cut anywhere", async () => {
    const { bytes } = onnxFile([{ dims: [3, 5], bytes: new Uint8Array(60) }]);
    for (let length = 0; length < bytes.length; length++) {
      const cut = { bytes: bytes.subarray(0, length), answer: undefined };
      await expect(inspect("model.onnx", cut), `cut at ${length}`).rejects.toThrow(/^model\.onnx: is (not an ONNX file|cut short)/);
    }
  });

  test("is reported as cut short if one of its lengths extends past its end", async () => {
    const { bytes } = onnxFile([{ dims: [3, 5], bytes: new Uint8Array(60) }]);
    const cut = { bytes: bytes.subarray(0, bytes.length - 1), answer: "the server answered 200 OK" };
    await expect(inspect("model.onnx", cut)).rejects.toThrow(
      `model.onnx: is cut short, because a part of it ends at byte ${bytes.length}: it has ${bytes.length - 1} bytes and begins with the bytes ` +
        "08 0a 3a 55 12 05 67 72; the server answered 200 OK.",
    );
  });

  test("is refused, but not reported as cut short, if its parts do not fit", async () => {
    // Field 7, the graph, has 3 bytes, and its first field declares 2.
    const bytes = Uint8Array.of(8, 1, 0x3a, 3, 0x2a, 2, 0x0a, 0, 0);
    await expect(inspect("model.onnx", { bytes, answer: undefined })).rejects.toThrow(
      "model.onnx: is not an ONNX file: it has 9 bytes and begins with the bytes 08 01 3a 03 2a 02 0a 00.",
    );
  });

  test.each([
    ["", "it is empty"],
    ["<!doctype html><title>not found</title>", 'it has 39 bytes and begins with "<!doctype html><title>not found<"'],
    ['{"error":"not found"}', String.raw`it has 21 bytes and begins with "{\"error\":\"not found\"}"`],
    ["version https://git-lfs.github.com/spec/v1\n", 'it has 43 bytes and begins with "version https://git-lfs.github.c"'],
  ])("is refused if it is not an ONNX file: %j", async (text, what) => {
    await expect(inspect("model.onnx", content(text))).rejects.toThrow(`model.onnx: is not an ONNX file: ${what}.`);
  });

  test("is refused if it holds no graph, or two", async () => {
    const none = { bytes: Uint8Array.of(8, 10), answer: undefined };
    await expect(inspect("model.onnx", none)).rejects.toThrow("model.onnx: is not an ONNX file, because it holds no graph: it has 2 bytes");
    const one = onnxFile([]).bytes;
    const two = { bytes: Uint8Array.of(...one, ...one.subarray(2)), answer: undefined };
    await expect(inspect("model.onnx", two)).rejects.toThrow("model.onnx: is not an ONNX file, because it holds 2 graphs");
  });

  test("has an outline that names its large weights as parts of the file, and does not read them", async () => {
    const large = Uint8Array.from({ length: 300_000 }, (_, index) => index);
    const { bytes } = onnxFile([
      { dims: [60], bytes: new Uint8Array(240).fill(7) },
      { dims: [75_000], bytes: large },
      { dims: [2], location: "other", offset: "4", length: "8" },
    ]);
    const reads: number[] = [];
    const inMemory = bytesInMemory(bytes);
    const read: typeof inMemory.read = async (start, end) => (reads.push(end - start), inMemory.read(start, end));
    const file = await readGraphFile({ source: "s", name: "model.onnx", content: { ...inMemory, read }, answer: undefined });
    expect(file).toMatchObject({ parameters: 60 + 75_000 + 2, holdsWeights: true, externalData: [{ path: "other", bytes: 12 }] });
    expect(file.outline.length).toBeLessThan(bytes.length - 299_000);
    expect(reads.reduce((sum, count) => sum + count)).toBeLessThan(150_000);
    const offset = bytes.findIndex((_, index) => large.subarray(0, 60).every((byte, at) => bytes[index + at] === byte));
    const expected = onnxFile([
      { dims: [60], bytes: new Uint8Array(240).fill(7) },
      { dims: [75_000], location: "model.onnx", offset: String(offset), length: "300000", dataLocation: 1 },
      { dims: [2], location: "other", offset: "4", length: "8" },
    ]);
    expect(file.outline).toEqual(expected.bytes);
  });

  test("counts the packed weights of MatMulNBits as what they stand for, and not their scales", async () => {
    const nodes = [{ op: "MatMulNBits", inputs: ["x", "packed", "scales", "zeros"], integers: { K: 64, N: 8 } }];
    const file = onnxFile(
      [
        { name: "packed", dims: [8, 2, 16] },
        { name: "scales", dims: [16] },
        { name: "zeros", dims: [8] },
        { name: "norm", dims: [64] },
      ],
      nodes,
    );
    expect((await inspect("x", file)).parameters).toBe(64 * 8 + 64);
  });

  test("names external data of constants and subgraphs too", async () => {
    const constant = { op: "Constant", inputs: [], tensor: { dims: [2], location: "constants", length: "8" } };
    const branch = { op: "If", inputs: ["c"], graph: [{ dims: [2], location: "branch", length: "8" }] };
    const file = onnxFile([], [constant, branch]);
    expect((await inspect("x", file)).externalData.map(({ path }) => path)).toEqual(["constants", "branch"]);
  });
});
