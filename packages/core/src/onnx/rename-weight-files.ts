import { PbfReader, PbfWriter } from "pbf";

/** Field numbers of messages within a message (onnx.proto, IR version 13), each with the fields within it, or what replaces its bytes. */
export interface Fields {
  readonly [field: number]: Fields | ((bytes: Uint8Array) => Uint8Array);
}

/** Returns the encoded ModelProto with other names of the files that hold its weights. Names that `names` lacks stay. */
export function renameWeightFiles(outline: Uint8Array, names: ReadonlyMap<string, string>): Uint8Array {
  const tensor: Fields = { 13: (entry) => renameLocation(entry, names) };
  const graph: { [field: number]: Fields } = { 5: tensor, 15: { 1: tensor, 2: tensor } };
  // A node's attributes hold tensors and graphs.
  graph[1] = { 5: { 5: tensor, 10: tensor, 6: graph, 11: graph } };
  return replaceFields(outline, { 7: graph });
}

/** Returns the encoded message in which the fields named by `fields` are replaced. */
export function replaceFields(bytes: Uint8Array, fields: Fields): Uint8Array {
  const reader = new PbfReader(bytes);
  const writer = new PbfWriter(new Uint8Array(bytes.length + 64));
  while (reader.pos < reader.length) {
    const start = reader.pos;
    const tag = reader.readVarint();
    const inner = fields[tag >> 3];
    if (!inner) {
      reader.skip(tag);
      writeRaw(writer, bytes.subarray(start, reader.pos));
      continue;
    }
    const message = reader.readBytes();
    writer.writeBytesField(tag >> 3, typeof inner === "function" ? inner(message) : replaceFields(message, inner));
  }
  return writer.finish();
}

function renameLocation(entry: Uint8Array, names: ReadonlyMap<string, string>): Uint8Array {
  const reader = new PbfReader(entry);
  let key = "";
  let value = "";
  while (reader.pos < reader.length) {
    const tag = reader.readVarint();
    if (tag >> 3 === 1) key = reader.readString();
    else if (tag >> 3 === 2) value = reader.readString();
    else reader.skip(tag);
  }
  const writer = new PbfWriter();
  writer.writeStringField(1, key);
  writer.writeStringField(2, key === "location" ? (names.get(value) ?? value) : value);
  return writer.finish();
}

function writeRaw(writer: PbfWriter, bytes: Uint8Array): void {
  writer.realloc(bytes.length);
  writer.buf.set(bytes, writer.pos);
  writer.pos += bytes.length;
}
