import { mkdir, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ModelFiles } from "@decodekit/core/onnx";
import { PbfReader, PbfWriter } from "pbf";

// Field numbers of onnx.proto (IR version 13).
const MODEL_GRAPH = 7;
const GRAPH_INITIALIZER = 5;
const TENSOR_DIMS = 1;
const TENSOR_NAME = 8;
const TENSOR_RAW_DATA = 9;

/**
 * Widens the feed-forward layers in the causal graph of `model` to `width`. The new columns and rows are zeros, so the result computes the
 * same function with the work of a larger model. It is written to a temporary folder, without the canvas graph. For models of the package
 * tiny-models, whose weights are float16 and stored in the graph file.
 */
export async function paddedModel(model: ModelFiles, name: string, width: number): Promise<ModelFiles> {
  const folder = join(tmpdir(), "decodekit-benchmark", name);
  await mkdir(join(folder, "onnx"), { recursive: true });
  const files: Record<string, string> = {};
  for (const [path, url] of Object.entries(model.files)) {
    if (path === "onnx/canvas.onnx") continue;
    const bytes = await readFile(new URL(url));
    files[path] = join(folder, path);
    if (path === "config.json") await writeFile(files[path], withoutCanvas(bytes));
    else await writeFile(files[path], path === "onnx/model.onnx" ? widen(bytes, width) : bytes);
  }
  return { name, files: Object.fromEntries(Object.entries(files).map(([path, file]) => [path, new URL(`file://${file}`)])) };
}

function withoutCanvas(config: Buffer): string {
  return JSON.stringify({ ...(JSON.parse(config.toString()) as object), canvas: undefined });
}

function widen(model: Uint8Array, width: number): Uint8Array {
  let before: number | undefined;
  const eachTensor = (edit: (tensor: Tensor) => Uint8Array | undefined): ((field: number, bytes: Uint8Array) => Uint8Array | undefined) => {
    const inGraph = (field: number, bytes: Uint8Array) => (field === GRAPH_INITIALIZER ? edit(readTensor(bytes)) : undefined);
    return (field, bytes) => (field === MODEL_GRAPH ? rewriteMessage(bytes, inGraph) : undefined);
  };
  rewriteMessage(
    model,
    eachTensor(({ name, dims }) => {
      if (name.endsWith("down_proj.weight")) before = dims[0];
      return undefined;
    }),
  );
  if (before === undefined) throw new Error("The graph has no weights named down_proj.weight. Use a model of the package tiny-models.");
  const old = before;
  return rewriteMessage(
    model,
    eachTensor((tensor) => {
      const { name, dims, data, bytes } = tensor;
      if (name.endsWith("down_proj.weight")) return resized(bytes, [width, dims[1]!], padEnd(data, width * dims[1]! * 2));
      if (name.endsWith("gate_up_proj.weight")) return resized(bytes, [dims[0]!, 2 * width], widenPairs(data, dims[0]!, old, width));
      return isSplitInHalves(tensor, old) ? resized(bytes, dims, halves(width)) : undefined;
    }),
  );
}

/** Whether a tensor splits the joined projection into gate and up: two int64 values, both `width`. */
function isSplitInHalves({ dims, data }: Tensor, width: number): boolean {
  return dims.length === 1 && dims[0] === 2 && Buffer.from(data).equals(Buffer.from(halves(width)));
}

function halves(width: number): Uint8Array {
  return new Uint8Array(BigInt64Array.of(BigInt(width), BigInt(width)).buffer);
}

/** Widens rows of two parts with `old` float16 values each; pads each part with zeros to `width` values. */
function widenPairs(data: Uint8Array, rows: number, old: number, width: number): Uint8Array {
  const wide = new Uint8Array(rows * 2 * width * 2);
  for (let part = 0; part < 2 * rows; part++) wide.set(data.subarray(part * old * 2, (part + 1) * old * 2), part * width * 2);
  return wide;
}

function padEnd(data: Uint8Array, bytes: number): Uint8Array {
  const padded = new Uint8Array(bytes);
  padded.set(data);
  return padded;
}

interface Tensor {
  readonly name: string;
  readonly dims: readonly number[];
  readonly data: Uint8Array;
  /** The whole message. */
  readonly bytes: Uint8Array;
}

function readTensor(bytes: Uint8Array): Tensor {
  const dims: number[] = [];
  let name = "";
  let data: Uint8Array = new Uint8Array(0);
  new PbfReader(bytes).readFields((field, _, reader) => {
    if (field === TENSOR_DIMS) reader.readPackedVarint(dims);
    if (field === TENSOR_NAME) name = reader.readString();
    if (field === TENSOR_RAW_DATA) data = reader.readBytes();
  }, undefined);
  return { name, dims, data, bytes };
}

function resized(tensor: Uint8Array, dims: readonly number[], data: Uint8Array): Uint8Array {
  const writer = new PbfWriter();
  for (const dim of dims) writer.writeVarintField(TENSOR_DIMS, dim);
  writer.writeBytesField(TENSOR_RAW_DATA, data);
  const rest = rewriteMessage(tensor, (field) => (field === TENSOR_RAW_DATA ? null : undefined), [TENSOR_DIMS]);
  return Buffer.concat([writer.finish(), rest]);
}

/**
 * Copies a message field by field. `edit` receives every field of type bytes and returns its replacement, undefined to keep it, or null to
 * omit it. Fields in `dropped` are always omitted.
 */
function rewriteMessage(
  message: Uint8Array,
  edit: (field: number, bytes: Uint8Array) => Uint8Array | null | undefined,
  dropped: readonly number[] = [],
): Uint8Array {
  const pieces: Uint8Array[] = [];
  const reader = new PbfReader(message);
  while (reader.pos < reader.length) {
    const start = reader.pos;
    const tag = reader.readVarint();
    const field = tag >> 3;
    const bytes = (tag & 7) === 2 ? reader.readBytes() : undefined;
    if (!bytes) reader.skip(tag);
    if (dropped.includes(field)) continue;
    const edited = bytes && edit(field, bytes);
    if (edited === null) continue;
    if (edited === undefined) pieces.push(message.subarray(start, reader.pos));
    else {
      const head = new PbfWriter();
      head.writeTag(field, 2);
      head.writeVarint(edited.length);
      pieces.push(head.finish(), edited);
    }
  }
  return Buffer.concat(pieces);
}
