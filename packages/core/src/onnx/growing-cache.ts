import type { Tensor } from "onnxruntime-common";
import { appendPositions, compactPositions, copyPositions, type Range, rangesAfter } from "./cache-positions.ts";
import type { CacheLayout } from "./cache-layout.ts";
import { initialTensors, type KvCache, type PassOutputs } from "./kv-cache.ts";
import { SharedTensors } from "./shared-tensors.ts";

/** Returns the cache of a sequence of no tokens, for a layout without fixed states. */
export function growingCache(layout: CacheLayout): KvCache {
  return new GrowingCache(layout, new SharedTensors(initialTensors(layout)), 0);
}

/**
 * Keys and values, which each pass extends. A class, like all code that runs in every pass: optimized code outlives the sequence.
 *
 * Every pass returns new tensors with the old rows and the new ones, or, if the graph was rewritten so, the new ones, which are appended in
 * place or, if a fork shares the tensors, to a copy. Rewinding only reduces `length`; the rows
 * past it are dropped once, before the next pass. In memory, heads come before positions, so a shorter view is not possible: the remaining
 * rows move together, within the tensor if no fork shares it and it is not on a GPU, else into a copy.
 */
class GrowingCache implements KvCache {
  length: number;
  readonly #layout: CacheLayout;
  #held: SharedTensors | undefined;
  /** Number of positions that the tensors hold. */
  #capacity: number;

  constructor(layout: CacheLayout, held: SharedTensors, length: number, capacity = length) {
    this.#layout = layout;
    this.#held = held;
    this.length = length;
    this.#capacity = capacity;
  }

  get past(): number {
    return this.length;
  }

  get bytes(): number {
    return this.#held?.bytes ?? 0;
  }

  unread(): undefined {
    return undefined;
  }

  compact(): Promise<void> | undefined {
    if (this.#capacity === this.length) return undefined;
    const { tensors, isShared } = this.#held!;
    const { length } = this;
    const cut = isShared ? copyPositions : compactPositions;
    return cut(this.#layout, tensors, [[0, length]]).then((kept) => this.#hold(kept, length));
  }

  feeds(): Record<string, Tensor> {
    const { tensors } = this.#held!;
    const feeds: Record<string, Tensor> = {};
    for (const [index, { input }] of this.#layout.tensors.entries()) feeds[input] = tensors[index]!;
    return feeds;
  }

  replace(outputs: PassOutputs, read: Int32Array): void {
    const returned = this.#returned(outputs);
    if (this.#returnsNew) {
      this.#append(returned, [[0, read.length]]);
      for (const tensor of returned) tensor.dispose();
    } else this.#hold(returned, this.length + read.length);
    this.length += read.length;
  }

  async replaceByPart(outputs: PassOutputs, ranges: readonly Range[], length: number): Promise<void> {
    const returned = this.#returned(outputs);
    if (this.#returnsNew) this.#append(returned, rangesAfter(this.length, ranges));
    else this.#hold(await compactPositions(this.#layout, returned, ranges), length);
    this.length = length;
  }

  fork(): KvCache {
    return new GrowingCache(this.#layout, this.#held!.share(), this.length, this.#capacity);
  }

  dispose(): void {
    this.#held?.release();
    this.#held = undefined;
  }

  #hold(tensors: readonly Tensor[], capacity: number): void {
    this.dispose();
    this.#held = new SharedTensors(tensors);
    this.#capacity = capacity;
  }

  get #returnsNew(): boolean {
    return this.#layout.tensors[0]?.returnsNew === true;
  }

  #append(added: readonly Tensor[], ranges: readonly Range[]): void {
    const { tensors, isShared } = this.#held!;
    const grown = appendPositions(this.#layout, tensors, added, { ranges, inPlace: !isShared });
    this.#hold(grown, this.#capacity + ranges.reduce((sum, [start, end]) => sum + end - start, 0));
  }

  #returned(outputs: PassOutputs): Tensor[] {
    return this.#layout.tensors.map(({ output }) => outputs[output] as Tensor);
  }
}
