import { ModelLoadError } from "../errors.ts";
import type { ByteSource } from "./byte-source.ts";
import { describeContent } from "./file-content.ts";
import { readWeightFacts } from "./graph-outline.ts";
import { BYTES, concatenate, copyField, eachFieldOf, endOfMessageAt, ProtoCursor, varints } from "./proto-cursor.ts";
import { readWeight } from "./weight-record.ts";

/** A graph's file without its weights, known before a runtime loads it. */
export interface GraphFile {
  /**
   * The graph as an ONNX file in which every weight of more than 1 KiB is external data; those that lie in the file itself are named as
   * parts of it. So the runtime reads each weight once, from where it lies, and the graph can be rewritten without copying a weight.
   */
  readonly outline: Uint8Array;
  /** Names of the graph's inputs. */
  readonly inputs: readonly string[];
  /** Total number of elements of all weights (initializers); packed ones count as the elements that they stand for. */
  readonly parameters: number;
  /** Whether the outline names parts of the graph's own file. */
  readonly holdsWeights: boolean;
  /** Whether a weight, an input or an output is float16, so that the graph computes in it. */
  readonly usesFloat16: boolean;
  /** Other files that hold weights, without duplicates. */
  readonly externalData: readonly ExternalFile[];
}

export interface ExternalFile {
  /** Relative to the graph's folder, and within it. */
  readonly path: string;
  /** Minimum number of bytes, according to the graph. */
  readonly bytes: number;
}

export interface GraphFileContent {
  /** URL, path or name of the file, for messages. */
  readonly source: string;
  /** Name of the file within its folder. */
  readonly name: string;
  readonly content: ByteSource;
  /** The server's answer, for messages. */
  readonly answer: string | undefined;
}

// Field numbers of onnx.proto (IR version 13), and the first byte of every ONNX file: the tag of its IR version.
const MODEL_GRAPH = 7;
const GRAPH_INITIALIZER = 5;
const FIRST_BYTE = 1 << 3;

/**
 * Reads an ONNX file, but of its weights only the descriptions.
 * @throws ModelLoadError if the content is not an ONNX file or ends early.
 */
export async function readGraphFile(file: GraphFileContent): Promise<GraphFile> {
  const { source, name, content } = file;
  const [first] = await content.read(0, Math.min(1, content.length));
  if (first !== FIRST_BYTE) throw new ModelLoadError(source, `is not an ONNX file: ${await describe(file)}.`);
  const cursor = new ProtoCursor(content);
  const found: Found = { graphs: 0, holdsWeights: false, pieces: [] };
  try {
    await readModel(cursor, content.length, name, found);
    const outline = concatenate(found.pieces);
    const { files, ...facts } = readWeightFacts(outline);
    if (found.graphs === 1) {
      return { outline, ...facts, holdsWeights: found.holdsWeights, externalData: externalFiles(source, name, files) };
    }
  } catch (error) {
    if (error instanceof ModelLoadError) throw error;
    const isCut = cursor.position > content.length;
    const problem = isCut ? `is cut short, because a part of it ends at byte ${cursor.position}` : "is not an ONNX file";
    throw new ModelLoadError(source, `${problem}: ${await describe(file)}.`, error);
  }
  const graphs = found.graphs === 0 ? "no graph" : `${found.graphs} graphs`;
  throw new ModelLoadError(source, `is not an ONNX file, because it holds ${graphs}: ${await describe(file)}.`);
}

interface Found {
  graphs: number;
  holdsWeights: boolean;
  /** The outline, in pieces. */
  readonly pieces: Uint8Array[];
}

async function readModel(cursor: ProtoCursor, end: number, name: string, found: Found): Promise<void> {
  await eachFieldOf(cursor, end, async (field, tag) => {
    if (field !== MODEL_GRAPH || (tag & 7) !== BYTES) return found.pieces.push(await copyField(cursor, tag));
    found.graphs++;
    const pieces = await readGraph(cursor, name, found);
    const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
    return found.pieces.push(varints(tag, length), ...pieces);
  });
}

async function readGraph(cursor: ProtoCursor, name: string, found: Found): Promise<Uint8Array[]> {
  const pieces: Uint8Array[] = [];
  await eachFieldOf(cursor, await endOfMessageAt(cursor), async (field, tag) => {
    if (field !== GRAPH_INITIALIZER || (tag & 7) !== BYTES) return pieces.push(await copyField(cursor, tag));
    const { bytes, isInFile } = await readWeight(cursor, await endOfMessageAt(cursor), name);
    found.holdsWeights ||= isInFile;
    return pieces.push(varints(tag, bytes.length), bytes);
  });
  return pieces;
}

async function describe({ content, answer }: GraphFileContent): Promise<string> {
  const bytes = await content.read(0, Math.min(content.length, 256));
  return describeContent({ bytes, length: content.length, answer });
}

/** External weights must be beside the graph: another path could lead to files or hosts that must not be read. */
function externalFiles(source: string, own: string, found: ReadonlyMap<string, number>): ExternalFile[] {
  const files = Array.from(found, ([path, bytes]) => {
    if (/^$|^\/|\\|^[a-z][a-z\d+.-]*:|(^|\/)\.\.(\/|$)/i.test(path)) {
      throw new ModelLoadError(source, `names weights outside its own folder (${JSON.stringify(path)}), which are not read.`);
    }
    return { path, bytes };
  });
  return files.filter(({ path }) => path !== own);
}
