import { PbfReader } from "pbf";
import { ModelLoadError } from "../errors.ts";

/** What a graph's file tells before a runtime has loaded it. */
export interface GraphFile {
  /** Elements of all weights (initializers) together. */
  readonly parameters: number;
  /** Names of files beside the graph that hold weights. */
  readonly externalData: readonly string[];
}

// Field numbers of onnx.proto (IR version 13).
const MODEL_GRAPH = 7;
const GRAPH_INITIALIZER = 5;
const TENSOR_DIMS = 1;
const TENSOR_EXTERNAL_DATA = 13;
const ENTRY_KEY = 1;
const ENTRY_VALUE = 2;

/** Reads the list of weights in an ONNX file. @throws ModelLoadError when the bytes are no ONNX file or end early. */
export function inspectGraphFile(source: string, bytes: Uint8Array): GraphFile {
  const found = { graphs: 0, parameters: 0, externalData: new Set<string>() };
  try {
    const reader = new PbfReader(bytes);
    eachField(reader, reader.length, (field) => {
      if (field !== MODEL_GRAPH) return;
      found.graphs++;
      eachField(reader, endOfMessage(reader), (graphField) => {
        if (graphField === GRAPH_INITIALIZER) readInitializer(reader, found);
      });
    });
  } catch (error) {
    throw new ModelLoadError(source, "is no complete ONNX file. It may be cut short or be something else; fetch it again.", error);
  }
  if (found.graphs !== 1) throw new ModelLoadError(source, "is no ONNX file: it holds no graph.");
  return { parameters: found.parameters, externalData: [...found.externalData] };
}

function readInitializer(reader: PbfReader, found: { parameters: number; externalData: Set<string> }): void {
  let elements = 1;
  eachField(reader, endOfMessage(reader), (field) => {
    if (field === TENSOR_DIMS) {
      const dims: number[] = [];
      reader.readPackedVarint(dims);
      for (const dim of dims) elements *= dim;
    } else if (field === TENSOR_EXTERNAL_DATA) {
      let key = "";
      let value = "";
      eachField(reader, endOfMessage(reader), (entryField) => {
        if (entryField === ENTRY_KEY) key = reader.readString();
        if (entryField === ENTRY_VALUE) value = reader.readString();
      });
      if (key === "location") found.externalData.add(value);
    }
  });
  found.parameters += elements;
}

/** Reads the length that stands before a message; the message ends where this says. */
function endOfMessage(reader: PbfReader): number {
  const length = reader.readVarint();
  return reader.pos + length;
}

/** Calls `visit` for each field up to `end`; what it leaves unread is skipped. */
function eachField(reader: PbfReader, end: number, visit: (field: number) => void): void {
  if (end > reader.length) throw new RangeError(`a message ends at byte ${end} of ${reader.length}`);
  while (reader.pos < end) {
    const tag = reader.readVarint();
    const start = reader.pos;
    reader.type = tag & 7;
    visit(tag >> 3);
    if (reader.pos === start) reader.skip(tag);
  }
  if (reader.pos !== end) throw new RangeError(`a message should end at byte ${end} and does at ${reader.pos}`);
}
