import type { Logits, RowPart } from "../../contracts/model.ts";
import { DisposedError, InvalidOptionError } from "../../errors.ts";
import { float16ToFloat32 } from "../../numbers/float16.ts";
import type { BufferPool } from "./buffer-pool.ts";
import { readBuffer } from "./read-buffer.ts";
import { bytesPerLogit, type RowsOnGpu } from "./rows-on-gpu.ts";

/** Logits whose rows stay on the GPU, except for the parts that were read. */
export interface PartialLogits extends Required<Omit<Logits, "hiddenStates" | "layerStates">> {
  /** Frees the rows on the GPU: they can no longer be read in full. */
  release(): void;
}

/** Where the rows of partial logits come from. */
export interface RowsSource {
  readonly rows: RowsOnGpu;
  readonly pool: BufferPool;
  /** Frees the buffer of the rows. */
  readonly free: () => void;
  /** Returns the error to throw where reading a row failed with `error`. */
  readonly failure: (error: unknown) => Error;
}

/** Returns logits with the parts of rows, whose buffer must not be destroyed before `release`. */
export function partialLogits({ rows, pool, free, failure }: RowsSource, parts: readonly RowPart[]): PartialLogits {
  const whole = new Map<number, Promise<Float32Array | Uint16Array>>();
  const read = new Map<number, Float32Array>();
  let isReleased = false;
  const check = (index: number): void => {
    if (!parts[index]) throw new RangeError(`row must be in [0, ${parts.length}), got ${index}`);
  };
  return {
    rows: rows.rows,
    vocabSize: rows.vocabSize,
    part(index) {
      check(index);
      return parts[index]!;
    },
    row(index) {
      check(index);
      const row = read.get(index);
      if (row) return row;
      const expected = "a row that was read in full: await readRow(index) first, or ask for whole rows";
      throw new InvalidOptionError({ where: "Logits.row", option: "index", expected, actual: index });
    },
    async readRow(index) {
      check(index);
      if (isReleased) throw new DisposedError("row of logits");
      const reading = whole.get(index) ?? readRows({ ...rows, first: rows.first + index * rows.vocabSize, rows: 1 }, pool);
      whole.set(index, reading);
      const values = await reading.catch((error: unknown) => {
        throw failure(error);
      });
      const row = read.get(index) ?? (values instanceof Float32Array ? values : float16ToFloat32(values));
      read.set(index, row);
      return row;
    },
    release() {
      if (isReleased) return;
      isReleased = true;
      free();
    },
  };
}

/** Reads the logits of `rows` in full, shape (rows · vocabSize,): float32, or the bits of float16. */
export async function readRows(rows: RowsOnGpu, pool: BufferPool): Promise<Float32Array | Uint16Array> {
  const bytes = bytesPerLogit(rows);
  const count = rows.rows * rows.vocabSize;
  // Offsets and sizes of copies are multiples of 4 bytes.
  const start = Math.floor((rows.first * bytes) / 4) * 4;
  const size = Math.ceil(((rows.first + count) * bytes - start) / 4) * 4;
  const read = await readBuffer(rows.device, pool, { buffer: rows.buffer, start, size });
  const skipped = rows.first * bytes - start;
  return bytes === 2 ? new Uint16Array(read, skipped, count) : new Float32Array(read, skipped, count);
}
