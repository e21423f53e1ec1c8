import { PbfReader } from "pbf";
import { ModelLoadError } from "../errors.ts";
import { describeContent, type FileContent } from "./file-content.ts";

/** The facts that a graph's file declares, known before a runtime loads it. */
export interface GraphFile {
  /** Total number of elements of all weights (initializers). */
  readonly parameters: number;
  /** Files beside the graph that hold weights, without duplicates. */
  readonly externalData: readonly ExternalFile[];
}

export interface ExternalFile {
  /** Relative to the graph's folder, and within it. */
  readonly path: string;
  /** Minimum number of bytes, according to the graph. */
  readonly bytes: number;
}

// Field numbers of onnx.proto (IR version 13).
const MODEL_IR_VERSION = 1;
const MODEL_GRAPH = 7;
const GRAPH_INITIALIZER = 5;
const TENSOR_DIMS = 1;
const TENSOR_EXTERNAL_DATA = 13;
const ENTRY_KEY = 1;
const ENTRY_VALUE = 2;

/** Wire type of integers, and the first byte of every ONNX file. */
const VARINT = 0;
const FIRST_BYTE = (MODEL_IR_VERSION << 3) | VARINT;

/** Reads the list of weights in an ONNX file. @throws ModelLoadError if the content is not an ONNX file or ends early. */
export function inspectGraphFile(source: string, content: FileContent): GraphFile {
  const { bytes } = content;
  if (bytes[0] !== FIRST_BYTE) throw new ModelLoadError(source, `is not an ONNX file: ${describeContent(content)}.`);
  const found = { graphs: 0, parameters: 0, externalData: new Map<string, number>() };
  const reader = new PbfReader(bytes);
  try {
    eachField(reader, reader.length, (field) => {
      if (field !== MODEL_GRAPH) return;
      found.graphs++;
      eachField(reader, endOfMessage(reader), (graphField) => {
        if (graphField === GRAPH_INITIALIZER) readInitializer(reader, found);
      });
    });
  } catch (error) {
    const problem = reader.pos > reader.length ? `is cut short, because a part of it ends at byte ${reader.pos}` : "is not an ONNX file";
    throw new ModelLoadError(source, `${problem}: ${describeContent(content)}.`, error);
  }
  if (found.graphs !== 1) {
    const graphs = found.graphs === 0 ? "no graph" : `${found.graphs} graphs`;
    throw new ModelLoadError(source, `is not an ONNX file, because it holds ${graphs}: ${describeContent(content)}.`);
  }
  return { parameters: found.parameters, externalData: externalFiles(source, found.externalData) };
}

/** External weights must be beside the graph: another path could lead to files or hosts that must not be read. */
function externalFiles(source: string, found: ReadonlyMap<string, number>): ExternalFile[] {
  return Array.from(found, ([path, bytes]) => {
    if (/^$|^\/|\\|^[a-z][a-z\d+.-]*:|(^|\/)\.\.(\/|$)/i.test(path)) {
      throw new ModelLoadError(source, `names weights outside its own folder (${JSON.stringify(path)}), which are not read.`);
    }
    return { path, bytes };
  });
}

function readInitializer(reader: PbfReader, found: { parameters: number; externalData: Map<string, number> }): void {
  let elements = 1;
  const external: Record<string, string> = {};
  eachField(reader, endOfMessage(reader), (field) => {
    if (field === TENSOR_DIMS) {
      const dims: number[] = [];
      reader.readPackedVarint(dims);
      for (const dim of dims) elements *= dim;
    } else if (field === TENSOR_EXTERNAL_DATA) {
      const [key, value] = readEntry(reader);
      external[key] = value;
    }
  });
  found.parameters += elements;
  const { location, offset = "0", length = "0" } = external;
  if (location === undefined) return;
  found.externalData.set(location, Math.max(found.externalData.get(location) ?? 0, Number(offset) + Number(length)));
}

function readEntry(reader: PbfReader): [key: string, value: string] {
  let key = "";
  let value = "";
  eachField(reader, endOfMessage(reader), (field) => {
    if (field === ENTRY_KEY) key = reader.readString();
    if (field === ENTRY_VALUE) value = reader.readString();
  });
  return [key, value];
}

/** Reads the length before a message; returns the position of the message's end. */
function endOfMessage(reader: PbfReader): number {
  const length = reader.readVarint();
  return reader.pos + length;
}

/** Calls `visit` for each field up to `end`, and skips fields that it does not read. After a failure, `pos` is the end that was missing. */
function eachField(reader: PbfReader, end: number, visit: (field: number) => void): void {
  if (end > reader.length) {
    reader.pos = end;
    throw new RangeError(`a part ends at byte ${end} of ${reader.length}`);
  }
  while (reader.pos < end) {
    const tag = reader.readVarint();
    const start = reader.pos;
    reader.type = tag & 7;
    visit(tag >> 3);
    if (reader.pos === start) reader.skip(tag);
  }
  if (reader.pos !== end) throw new RangeError(`a part must end at byte ${end} but ends at ${reader.pos}`);
}
