import type { Tensor } from "onnxruntime-common";
import type { Logits, RowReads } from "../contracts/model.ts";
import { ModelShapeError } from "../errors.ts";
import type { Runtime } from "./environment/environment.ts";
import { float16ToFloat32 } from "../numbers/float16.ts";
import type { BufferPool } from "./gpu-rows/buffer-pool.ts";
import { type PartialLogits, partialLogits, readRows } from "./gpu-rows/partial-logits.ts";
import { canReduce, reduceRows } from "./gpu-rows/reduce-rows.ts";
import type { RowsOnGpu } from "./gpu-rows/rows-on-gpu.ts";
import { passFailure } from "./pass-failure.ts";

/** The graph that returned the logits. */
export interface LogitsSource {
  readonly runtime: Pick<Runtime, "ort" | "execution">;
  /** URL, path or name of the graph, for messages. */
  readonly source: string;
  /** The buffers that its rows are read with. */
  readonly buffers: BufferPool;
}

/** What a pass reads of its logits. */
export interface LogitsReads {
  /** Number of last rows. */
  readonly rows: number;
  /** The part of each row. @defaultValue the whole row */
  readonly reads?: RowReads | undefined;
}

/** Logits of a pass. Those with `release` need their tensor until then; `release` disposes it. */
export type ReadLogits = Logits & Partial<Pick<PartialLogits, "release">>;

/**
 * Reads the last `rows` rows of a tensor of logits (1, positions, vocabSize). From a GPU buffer only their bytes are read, or if possible
 * the parts that are asked for.
 * @throws ModelShapeError if there are fewer rows.
 */
export async function readLogits(graph: LogitsSource, tensor: Tensor, { rows, reads }: LogitsReads): Promise<ReadLogits> {
  const { source, runtime, buffers } = graph;
  const [, positions, vocabSize] = tensor.dims as [number, number, number];
  if (positions < rows) {
    const actual = `${positions}: the graph was exported to return fewer, so it cannot verify drafts or predict a canvas`;
    throw new ModelShapeError({ source, tensor: "logits", expected: `${rows} rows`, actual });
  }
  const first = (positions - rows) * vocabSize;
  if (tensor.location !== "gpu-buffer") return wholeLogits(tensor.data as Float32Array | Uint16Array, { first, rows, vocabSize });
  const device: GPUDevice = await runtime.ort.env.webgpu.device;
  const { gpuBuffer: buffer, type } = tensor as Tensor & Pick<RowsOnGpu, "type">;
  const onGpu: RowsOnGpu = { device, buffer, type, first, rows, vocabSize };
  if (!reads || !canReduce(onGpu, reads)) return wholeLogits(await readRows(onGpu, buffers), { first: 0, rows, vocabSize });
  const parts = await reduceRows(onGpu, reads, buffers);
  const failure = (error: unknown): Error => passFailure(graph, error);
  return partialLogits({ rows: onGpu, pool: buffers, free: () => tensor.dispose(), failure }, parts);
}

/** Returns logits whose rows are decoded when they are first read. */
function wholeLogits(
  data: Float32Array | Uint16Array,
  { first, rows, vocabSize }: Pick<RowsOnGpu, "first" | "rows" | "vocabSize">,
): Logits {
  const bits = data instanceof Float32Array ? undefined : new Uint16Array(data.buffer, data.byteOffset, data.length);
  const rowOf = (index: number): Float32Array => {
    const [start, end] = [first + index * vocabSize, first + (index + 1) * vocabSize];
    return bits ? float16ToFloat32(bits.subarray(start, end)) : (data as Float32Array).subarray(start, end);
  };
  const decoded = new Map<number, Float32Array>();
  return {
    rows,
    vocabSize,
    row(index) {
      if (!(index >= 0 && index < rows)) throw new RangeError(`row must be in [0, ${rows}), got ${index}`);
      let row = decoded.get(index);
      if (!row) decoded.set(index, (row = rowOf(index)));
      return row;
    },
  };
}
