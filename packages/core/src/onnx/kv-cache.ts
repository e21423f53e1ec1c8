import type { OnnxValue, Tensor } from "onnxruntime-common";
import type * as Ort from "onnxruntime-common";
import type { CacheTensor, FloatType } from "./graph-signature.ts";
import { shortenOnCpu, shortenOnGpu } from "./shorten-cache.ts";

/**
 * Keys and values of one sequence, a tensor (1, heads, length, headSize) per layer and kind.
 *
 * Tensors are never changed: every pass gives new ones that hold the old rows and the new. So a fork shares them, and
 * rewinding only lowers `length`; the rows past it are cut off by a copy of the rows that stay, once, before the next
 * pass (heads lie before positions in memory, so a shorter view does not exist in this layout).
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
  fork(): KvCache;
  dispose(): void;
}

export interface CacheLayout {
  readonly ort: typeof Ort;
  readonly tensors: readonly CacheTensor[];
  readonly type: FloatType;
}

/** A tensor that several caches may hold; it is freed when the last lets go. */
interface SharedTensor {
  readonly tensor: Tensor;
  owners: number;
}

export function emptyKvCache(layout: CacheLayout): KvCache {
  const { ort, tensors, type } = layout;
  const empty = tensors.map(({ heads, headSize }) => {
    const data = type === "float16" ? new Uint16Array(0) : new Float32Array(0);
    return share(new ort.Tensor(type, data, [1, heads, 0, headSize]));
  });
  return kvCache(layout, empty, 0);
}

function kvCache(layout: CacheLayout, initial: readonly SharedTensor[], initialLength: number): KvCache {
  let held = initial;
  return {
    length: initialLength,
    settle() {
      if (held[0]!.tensor.dims[2] === this.length) return undefined;
      return shorten(layout, held, this.length).then((shortened) => {
        held.forEach(release);
        held = shortened;
      });
    },
    feeds() {
      const feeds: Record<string, Tensor> = {};
      for (const [index, { input }] of layout.tensors.entries()) feeds[input] = held[index]!.tensor;
      return feeds;
    },
    replace(outputs, length) {
      held.forEach(release);
      held = layout.tensors.map(({ output }) => share(outputs[output] as Tensor));
      this.length = length;
    },
    fork() {
      held.forEach((shared) => shared.owners++);
      return kvCache(layout, held, this.length);
    },
    dispose() {
      held.forEach(release);
      held = [];
    },
  };
}

async function shorten({ ort }: CacheLayout, held: readonly SharedTensor[], length: number): Promise<SharedTensor[]> {
  const tensors = held.map(({ tensor }) => tensor);
  const onGpu = tensors[0]!.location === "gpu-buffer";
  const shortened = onGpu ? await shortenOnGpu(ort, tensors, length) : tensors.map((tensor) => shortenOnCpu(ort, tensor, length));
  return shortened.map(share);
}

function share(tensor: Tensor): SharedTensor {
  return { tensor, owners: 1 };
}

function release(shared: SharedTensor): void {
  shared.owners--;
  if (shared.owners === 0) shared.tensor.dispose();
}
