import { PbfReader, PbfWriter } from "pbf";
import { eachField, readEntry } from "./graph-outline.ts";
import { bytesOfHeld, type HeldFile } from "./held-file.ts";
import { type Fields, replaceFields } from "./rename-weight-files.ts";

// Field numbers of TensorProto (onnx.proto, IR version 13).
const RAW_DATA = 9;
const EXTERNAL_DATA = 13;
const DATA_LOCATION = 14;

/**
 * Returns the encoded ModelProto with the external weights of constants and subgraphs, such as the branches of an If, as part of it: of
 * these, the runtime takes none from memory, as it does those of the graph itself.
 */
export async function inlineWeights(outline: Uint8Array, files: ReadonlyMap<string, HeldFile>): Promise<Uint8Array> {
  const found: Uint8Array[] = [];
  replaceTensors(outline, (tensor) => {
    if (partOf(tensor)) found.push(tensor);
    return tensor;
  });
  if (found.length === 0) return outline;
  const data = new Map<string, Uint8Array>();
  for (const tensor of found) {
    const part = partOf(tensor)!;
    const source = await bytesOfHeld(files.get(part.file)!);
    try {
      data.set(part.key, await source.read(part.start, part.length === undefined ? source.length : part.start + part.length));
    } finally {
      await source.close();
    }
  }
  return replaceTensors(outline, (tensor) => {
    const part = partOf(tensor);
    return part ? withData(tensor, data.get(part.key)!) : tensor;
  });
}

/** Replaces the tensors within the attributes of nodes. */
function replaceTensors(outline: Uint8Array, replace: (tensor: Uint8Array) => Uint8Array): Uint8Array {
  const attribute: { [field: number]: Fields | typeof replace } = { 5: replace, 10: replace };
  const subgraph: Fields = { 1: { 5: attribute }, 5: replace };
  attribute[6] = subgraph;
  attribute[11] = subgraph;
  return replaceFields(outline, { 7: { 1: { 5: attribute } } });
}

/** A part of a file that holds a tensor's data. */
interface Part {
  readonly file: string;
  readonly start: number;
  /** Undefined for the rest of the file. */
  readonly length: number | undefined;
  readonly key: string;
}

function partOf(tensor: Uint8Array): Part | undefined {
  const reader = new PbfReader(tensor);
  const entries: Record<string, string> = {};
  eachField(reader, reader.length, (field) => {
    if (field !== EXTERNAL_DATA) return;
    const [key, value] = readEntry(reader);
    entries[key] = value;
  });
  const { location, offset = "0", length } = entries;
  if (location === undefined) return undefined;
  return {
    file: location,
    start: Number(offset),
    length: length === undefined ? undefined : Number(length),
    key: `${location} ${offset} ${length}`,
  };
}

/** Returns the tensor with its data in place of where that lies. */
function withData(tensor: Uint8Array, data: Uint8Array): Uint8Array {
  const reader = new PbfReader(tensor);
  const writer = new PbfWriter();
  while (reader.pos < reader.length) {
    const start = reader.pos;
    const tag = reader.readVarint();
    reader.skip(tag);
    if (tag >> 3 === EXTERNAL_DATA || tag >> 3 === DATA_LOCATION) continue;
    const field = tensor.subarray(start, reader.pos);
    writer.realloc(field.length);
    writer.buf.set(field, writer.pos);
    writer.pos += field.length;
  }
  writer.writeBytesField(RAW_DATA, data);
  return writer.finish();
}
