import { PbfWriter } from "pbf";
import { BYTES, concatenate, copyField, eachFieldOf, type ProtoCursor, varints } from "./proto-cursor.ts";

// Field numbers of TensorProto and StringStringEntryProto (onnx.proto, IR version 13), and a value of DataLocation.
const RAW_DATA = 9;
const EXTERNAL_DATA = 13;
const DATA_LOCATION = 14;
const ENTRY_KEY = 1;
const ENTRY_VALUE = 2;
const EXTERNAL = 1;

/** Weights up to this size stay in the graph: the runtime reads shapes and the like before any external data. */
const MAX_INLINE_BYTES = 1024;

/** A weight of a graph, without its data if that is large. */
export interface WeightRecord {
  /** The encoded TensorProto. */
  readonly bytes: Uint8Array;
  /** Whether its data lies in the graph's own file, which `bytes` then names as external data. */
  readonly isInFile: boolean;
}

/** Reads the weight that ends at `end`, but not its data if that is large. `file` is the name of the file that is read. */
export async function readWeight(cursor: ProtoCursor, end: number, file: string): Promise<WeightRecord> {
  const pieces: Uint8Array[] = [];
  let location: Uint8Array | undefined;
  let data: Uint8Array | undefined;
  await eachFieldOf(cursor, end, async (field, tag) => {
    if (field === DATA_LOCATION) return (location = await copyField(cursor, tag));
    if (field !== RAW_DATA || (tag & 7) !== BYTES) return pieces.push(await copyField(cursor, tag));
    const length = await cursor.varint();
    if (length > MAX_INLINE_BYTES) {
      data = reference({ location: file, offset: String(cursor.position), length: String(length) });
    } else {
      pieces.push(varints(tag, length), (await cursor.peek(length)).slice());
    }
    return cursor.skip(length);
  });
  const rest = data ?? location;
  return { bytes: concatenate(rest ? [...pieces, rest] : pieces), isInFile: data !== undefined };
}

/** Returns the fields of a TensorProto that name a part of a file as its data. */
function reference(entries: Readonly<Record<string, string>>): Uint8Array {
  const writer = new PbfWriter();
  for (const entry of Object.entries(entries)) {
    writer.writeMessage(
      EXTERNAL_DATA,
      ([key, value]: [string, string], inner: PbfWriter) => {
        inner.writeStringField(ENTRY_KEY, key);
        inner.writeStringField(ENTRY_VALUE, value);
      },
      entry,
    );
  }
  writer.writeVarintField(DATA_LOCATION, EXTERNAL);
  return writer.finish();
}
