import type { Tensor } from "onnxruntime-common";
import type { CacheLayout } from "./cache-layout.ts";
import { initialTensors, type KvCache, type PassOutputs } from "./kv-cache.ts";
import { SharedTensors } from "./shared-tensors.ts";

/** Returns the cache of a sequence of no tokens in buffers of a fixed number of positions. */
export function staticCache(layout: CacheLayout): KvCache {
  return new StaticCache(layout, new SharedTensors(initialTensors(layout)), 0);
}

/**
 * Keys and values in buffers. Each pass is told where it begins and how many positions are valid after it, writes its own, and returns
 * buffers of the same size. Rewinding is a smaller `length`: positions past it are not read, and the next pass overwrites them. The
 * returned buffers are new, so a fork can share the old ones.
 */
class StaticCache implements KvCache {
  length: number;
  readonly #layout: CacheLayout;
  #held: SharedTensors | undefined;

  constructor(layout: CacheLayout, held: SharedTensors, length: number) {
    this.#layout = layout;
    this.#held = held;
    this.length = length;
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

  compact(): undefined {
    return undefined;
  }

  feeds(): Record<string, Tensor> {
    const { tensors } = this.#held!;
    const feeds: Record<string, Tensor> = {};
    for (const [index, { input }] of this.#layout.tensors.entries()) feeds[input] = tensors[index]!;
    return feeds;
  }

  replace(outputs: PassOutputs, read: Int32Array): void {
    this.dispose();
    this.#held = new SharedTensors(this.#layout.tensors.map(({ output }) => outputs[output] as Tensor));
    this.length += read.length;
  }

  replaceByPart(): Promise<void> {
    return Promise.reject(new Error("unreachable: a graph with a mask of its own has no buffers"));
  }

  fork(): KvCache {
    return new StaticCache(this.#layout, this.#held!.share(), this.length);
  }

  dispose(): void {
    this.#held?.release();
    this.#held = undefined;
  }
}
