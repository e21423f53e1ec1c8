import type { OnnxValue, Tensor } from "onnxruntime-common";
import { type CacheLayout, emptyArray } from "./cache-layout.ts";
import type { Range } from "./cache-positions.ts";

export type PassOutputs = Readonly<Record<string, OnnxValue>>;

/** What a graph keeps of one sequence from pass to pass. */
export interface KvCache {
  /** Number of valid positions; the tensors may hold more. */
  length: number;
  /** Size of the tensors, in bytes. Those that forks share are counted in each. */
  readonly bytes: number;
  /** Drops what is past `length`, if there is anything. Call it before `past` and `feeds`. */
  compact(): Promise<void> | undefined;
  /** Number of positions that the tensors stand for. The tokens from there to `length` must be read again with the next ones. */
  readonly past: number;
  /** Returns the tokens from `past` to `length`, which must be read again. */
  unread(): Int32Array | undefined;
  /** Returns the feeds for a pass, by input name. */
  feeds(): Record<string, Tensor>;
  /** Takes over the outputs of a pass over `read`, which begins with `unread()`, and releases the old tensors. */
  replace(outputs: PassOutputs, read: Int32Array): void;
  /** Keeps only the positions `ranges` of the grown tensors of a pass; the caller disposes those tensors and must not use them again. */
  replaceByPart(outputs: PassOutputs, ranges: readonly Range[], length: number): Promise<void>;
  fork(): KvCache;
  dispose(): void;
}

/** Returns tensors of the shape before the first pass, filled with zeros. */
export function initialTensors({ ort, tensors }: CacheLayout): readonly Tensor[] {
  return tensors.map(({ type, dims }) => {
    const length = dims.reduce((product, dim) => product * dim, 1);
    return new ort.Tensor(type as "float32", emptyArray(type, length) as Float32Array, dims);
  });
}
