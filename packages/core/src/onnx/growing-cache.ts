import type { Tensor } from "onnxruntime-common";
import { appendPositions, compactPositions, copyPositions, type Range, rangesAfter } from "./cache-positions.ts";
import type { CacheLayout } from "./cache-layout.ts";
import { initialTensors, type KvCache, type PassOutputs } from "./kv-cache.ts";
import { bytesOfAll, SharedTensors } from "./shared-tensors.ts";

/** Returns the cache of a sequence of no tokens, for a layout without fixed states. */
export function growingCache(layout: CacheLayout): KvCache {
  return new GrowingCache(layout, new SharedTensors(initialTensors(layout)), 0);
}

/**
 * Keys and values, which each pass extends. A class, like all code that runs in every pass: optimized code outlives the sequence.
 *
 * Every pass returns new tensors with the old rows and the new ones, or, if the graph was rewritten so, the new ones. These are appended
 * before the next pass, when it is known which of them are kept: in place or, if a fork shares the tensors, to a copy.
 *
 * Rewinding only reduces `length`; the rows past it are dropped once, before the next pass. In memory, heads come before positions, so a
 * shorter view is not possible: the remaining rows move together, within the tensor if no fork shares it and it is not on a GPU, else into
 * a copy.
 */
class GrowingCache implements KvCache {
  length: number;
  readonly #layout: CacheLayout;
  #held: SharedTensors | undefined;
  /** Number of positions that the tensors hold. */
  #capacity: number;
  /** New positions that follow those, and are not appended yet. */
  #added: readonly Tensor[] | undefined;

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
    return (this.#held?.bytes ?? 0) + bytesOfAll(this.#added ?? []);
  }

  unread(): undefined {
    return undefined;
  }

  compact(): Promise<void> | undefined {
    this.#appendAdded();
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
    if (this.#returnsNew) this.#added = returned;
    else this.#hold(returned, this.length + read.length);
    this.length += read.length;
  }

  async replaceByPart(outputs: PassOutputs, ranges: readonly Range[], length: number): Promise<void> {
    const returned = this.#returned(outputs);
    if (this.#returnsNew) this.#append(returned, rangesAfter(this.length, ranges));
    else this.#hold(await compactPositions(this.#layout, returned, ranges), length);
    this.length = length;
  }

  fork(): KvCache {
    this.#appendAdded();
    return new GrowingCache(this.#layout, this.#held!.share(), this.length, this.#capacity);
  }

  dispose(): void {
    this.#held?.release();
    this.#held = undefined;
    this.#disposeAdded();
  }

  /** Appends what the last pass added, as far as it was not rewound. */
  #appendAdded(): void {
    const kept = this.length - this.#capacity;
    if (this.#added && kept > 0) this.#append(this.#added, [[0, kept]]);
    this.#disposeAdded();
  }

  #disposeAdded(): void {
    for (const tensor of this.#added ?? []) tensor.dispose();
    this.#added = undefined;
  }

  #hold(tensors: readonly Tensor[], capacity: number): void {
    this.#held?.release();
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
