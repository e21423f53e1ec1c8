import type { Tensor } from "onnxruntime-common";
import type * as Ort from "onnxruntime-common";
import { DecodekitError, ModelLoadError } from "../../errors.ts";
import type { ByteSource } from "../byte-source.ts";
import { float16ToFloat32 } from "../../numbers/float16.ts";
import { bytesOfHeld } from "../held-file.ts";
import type { GraphFiles } from "../model-files.ts";
import { checkType, type EmbeddedInput, embeddedInputs, type Embeddings } from "./embeddings.ts";
import { type EmbeddingTable, findTables } from "./find-tables.ts";
import { readGraphParts } from "./graph-parts.ts";

export interface TableOptions {
  readonly ort: typeof Ort;
  /** URL, path or name of the embedding graph, for messages. */
  readonly source: string;
  /** The inputs of the decoder. */
  readonly decoder: Parameters<typeof embeddedInputs>[1];
  /** Name of the input of token ids. */
  readonly ids: string;
}

/**
 * Reads the rows of embedding tables from the files that hold them, so that no table is held in memory or on a GPU: those of a model for
 * phones are larger than all its other weights. The rows are those that the graph returns. Returns undefined for a graph that does more
 * than looking rows up.
 */
export async function tableEmbeddings(graph: GraphFiles, { ort, source, decoder, ids }: TableOptions): Promise<Embeddings | undefined> {
  const tables = findTables(readGraphParts(graph.file.outline), ids);
  if (!tables) return undefined;
  const inputs = embeddedInputs(
    source,
    decoder,
    tables.map(({ output }) => output),
  );
  const readers: TableReader[] = [];
  for (const input of inputs) {
    const table = tables.find(({ output }) => output === input.name)!;
    const inner = innerDims(table, input);
    if (!inner || !graph.weights.has(table.file)) return undefined;
    checkType(source, input, table.type);
    readers.push({ ort, source, table, inner });
  }
  return {
    names: inputs.map(({ name }) => name),
    async read(tokens) {
      // Opened for each pass: a file that stays open outlives a model that nobody disposes.
      const files = new Map<string, ByteSource>();
      try {
        for (const { table } of readers)
          if (!files.has(table.file)) files.set(table.file, await bytesOfHeld(graph.weights.get(table.file)!));
        const tensors = await Promise.all(readers.map((reader) => readRows(reader, files.get(reader.table.file)!, tokens)));
        return Object.fromEntries(tensors.map((tensor, index) => [inputs[index]!.name, tensor]));
      } catch (error) {
        if (DecodekitError.isInstance(error)) throw error;
        const reason = error instanceof Error ? error.message : String(error);
        throw new ModelLoadError(source, `has embeddings that could not be read any more (${reason}).`, error);
      } finally {
        await Promise.all(Array.from(files.values(), (file) => file.close()));
      }
    },
    release: async () => undefined,
  };
}

/** A table, and what is made of its rows. */
export interface TableReader {
  readonly ort: typeof Ort;
  /** URL, path or name of the graph, for messages. */
  readonly source: string;
  readonly table: EmbeddingTable;
  /** The dimensions of a row. */
  readonly inner: readonly number[];
}

/** Returns the dimensions that a row has in the decoder's input (batch, sequence, …), or undefined if the input leaves them open. */
function innerDims({ width, reshapes }: EmbeddingTable, { shape }: EmbeddedInput): readonly number[] | undefined {
  const inner = shape.slice(2);
  if (!reshapes) return inner.length === 1 && (inner[0] === width || typeof inner[0] !== "number") ? [width] : undefined;
  const sizes = inner.filter((dim) => typeof dim === "number");
  return sizes.length === inner.length && sizes.reduce((product, dim) => product * dim, 1) === width ? sizes : undefined;
}

const BYTES = { float32: 4, float16: 2, uint8: 1, int8: 1 } as const;

/** Returns stored numbers as float32, before they are scaled. */
function floatsOf({ stored, zero }: EmbeddingTable, data: ArrayBuffer): Float32Array {
  if (stored === "float32") return new Float32Array(data);
  if (stored === "float16") return float16ToFloat32(new Uint16Array(data));
  return Float32Array.from(stored === "uint8" ? new Uint8Array(data) : new Int8Array(data), (value) => value - zero);
}

/** Returns the rows of `tokens`, shape (1, tokens, …inner), from the file of the table. */
export async function readRows({ ort, source, table, inner }: TableReader, bytes: ByteSource, tokens: Int32Array): Promise<Tensor> {
  const { rows, width, offset, stored, type } = table;
  const size = width * BYTES[stored];
  const found = new Uint8Array(tokens.length * size);
  const places = new Map<number, number[]>();
  for (const [place, token] of tokens.entries()) places.set(token, [...(places.get(token) ?? []), place]);
  const readRow = async ([token, at]: readonly [number, readonly number[]]): Promise<void> => {
    if (token >= rows) throw new ModelLoadError(source, `has ${rows} embeddings, and none of token ${token}.`);
    const row = await bytes.read(offset + token * size, offset + (token + 1) * size);
    for (const place of at) found.set(row, place * size);
  };
  await Promise.all(Array.from(places, readRow));
  const dims = [1, tokens.length, ...inner];
  if (type === "float16") return new ort.Tensor("float16", new Uint16Array(found.buffer), dims);
  const values = floatsOf(table, found.buffer);
  for (const scale of table.scales) for (let index = 0; index < values.length; index++) values[index] = values[index]! * scale;
  return new ort.Tensor("float32", values, dims);
}
