import type { OnnxValue, Tensor } from "onnxruntime-common";
import type * as Ort from "onnxruntime-common";
import type { CacheTensor, FloatType } from "./graph-signature.ts";
import { compactPositions, copyPositions, type Range } from "./cache-positions.ts";

/**
 * Keys and values of one sequence, a tensor (1, heads, length, headSize) per layer and kind.
 *
 * Every pass returns new tensors with the old rows and the new ones, so a fork can share them. Rewinding only reduces `length`; the rows
 * past it are dropped once, before the next pass. In memory, heads come before positions, so a shorter view is not possible: the remaining
 * rows move together, within the tensor if no fork shares it and it is not on a GPU, else into a copy.
 */
export interface KvCache {
  /** Number of valid positions; the tensors may hold more. */
  length: number;
  /** Drops the rows past `length`, if there are any. */
  compact(): Promise<void> | undefined;
  /** Returns the feeds for a pass, by input name. Call `compact` first. */
  feeds(): Record<string, Tensor>;
  /** Takes over the grown tensors of a pass, by output name, and releases the old ones. */
  replace(outputs: Readonly<Record<string, OnnxValue>>, length: number): void;
  /** Keeps only the positions `ranges` of the grown tensors of a pass; the caller disposes those tensors and must not use them again. */
  replaceByPart(outputs: Readonly<Record<string, OnnxValue>>, ranges: readonly Range[], length: number): Promise<void>;
  fork(): KvCache;
  dispose(): void;
}

export interface CacheLayout {
  readonly ort: typeof Ort;
  readonly tensors: readonly CacheTensor[];
  readonly type: FloatType;
}

/** Tensors that several caches may share; they are freed when the last cache releases them. */
interface SharedTensors {
  readonly tensors: readonly Tensor[];
  owners: number;
}

export function emptyKvCache(layout: CacheLayout): KvCache {
  const { ort, tensors, type } = layout;
  const empty = tensors.map(({ heads, headSize }) => {
    const data = type === "float16" ? new Uint16Array(0) : new Float32Array(0);
    return new ort.Tensor(type, data, [1, heads, 0, headSize]);
  });
  return new ConcatenatedCache(layout, { tensors: empty, owners: 1 }, 0);
}

/** A class, like all code that runs in every pass: optimized code outlives the sequence. */
class ConcatenatedCache implements KvCache {
  length: number;
  readonly #layout: CacheLayout;
  #held: SharedTensors | undefined;

  constructor(layout: CacheLayout, held: SharedTensors, length: number) {
    this.#layout = layout;
    this.#held = held;
    this.length = length;
  }

  compact(): Promise<void> | undefined {
    const { tensors, owners } = this.#held!;
    if (tensors[0]!.dims[2] === this.length) return undefined;
    const cut = owners === 1 ? compactPositions : copyPositions;
    return cut(this.#layout.ort, tensors, [[0, this.length]]).then((kept) => this.#hold(kept));
  }

  feeds(): Record<string, Tensor> {
    const { tensors } = this.#held!;
    const feeds: Record<string, Tensor> = {};
    for (const [index, { input }] of this.#layout.tensors.entries()) feeds[input] = tensors[index]!;
    return feeds;
  }

  replace(outputs: Readonly<Record<string, OnnxValue>>, length: number): void {
    this.#hold(this.#grown(outputs));
    this.length = length;
  }

  async replaceByPart(outputs: Readonly<Record<string, OnnxValue>>, ranges: readonly Range[], length: number): Promise<void> {
    this.#hold(await compactPositions(this.#layout.ort, this.#grown(outputs), ranges));
    this.length = length;
  }

  fork(): KvCache {
    this.#held!.owners++;
    return new ConcatenatedCache(this.#layout, this.#held!, this.length);
  }

  dispose(): void {
    if (this.#held && --this.#held.owners === 0) for (const tensor of this.#held.tensors) tensor.dispose();
    this.#held = undefined;
  }

  #hold(tensors: readonly Tensor[]): void {
    this.dispose();
    this.#held = { tensors, owners: 1 };
  }

  #grown(outputs: Readonly<Record<string, OnnxValue>>): Tensor[] {
    return this.#layout.tensors.map(({ output }) => outputs[output] as Tensor);
  }
}
