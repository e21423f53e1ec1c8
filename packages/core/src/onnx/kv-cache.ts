import type { OnnxValue, Tensor } from "onnxruntime-common";
import type * as Ort from "onnxruntime-common";
import type { CacheTensor, FloatType } from "./graph-signature.ts";
import { compactPositions, copyPositions, type Range } from "./cache-positions.ts";

/**
 * Keys and values of one sequence, a tensor (1, heads, length, headSize) per layer and kind.
 *
 * Every pass gives new tensors that hold the old rows and the new, so that a fork shares them. Rewinding only lowers
 * `length`; the rows past it are cut off once, before the next pass. Heads lie before positions in memory, so that a shorter
 * view does not exist in this layout: rows that stay move together, within the tensor where no fork shares it and it is not on
 * a GPU, else into a copy.
 */
export interface KvCache {
  /** Positions that count; the tensors may hold more. */
  length: number;
  /** Cuts off the rows past `length`, if there are any. */
  settle(): Promise<void> | undefined;
  /** Feeds for a pass, by input name, after `settle`. */
  feeds(): Record<string, Tensor>;
  /** Takes the grown tensors of a pass, by output name, and lets go of the old ones. */
  replace(outputs: Readonly<Record<string, OnnxValue>>, length: number): void;
  /** Takes only the positions `ranges` of the grown tensors of a pass; the caller disposes the pass's own, and uses them no more. */
  replaceByPart(outputs: Readonly<Record<string, OnnxValue>>, ranges: readonly Range[], length: number): Promise<void>;
  fork(): KvCache;
  dispose(): void;
}

export interface CacheLayout {
  readonly ort: typeof Ort;
  readonly tensors: readonly CacheTensor[];
  readonly type: FloatType;
}

/** Tensors that several caches may hold together; they are freed when the last lets go. */
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

/** A class, as all that runs in every pass: code that the engine has made fast outlives the sequence. */
class ConcatenatedCache implements KvCache {
  length: number;
  readonly #layout: CacheLayout;
  #held: SharedTensors | undefined;

  constructor(layout: CacheLayout, held: SharedTensors, length: number) {
    this.#layout = layout;
    this.#held = held;
    this.length = length;
  }

  settle(): Promise<void> | undefined {
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
