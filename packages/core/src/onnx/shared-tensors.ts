import type { Tensor } from "onnxruntime-common";
import { BYTES_PER_ELEMENT, type CacheType } from "./cache-layout.ts";

/** Tensors of a state that several caches may own; they are freed when the last owner releases them. */
export class SharedTensors {
  readonly tensors: readonly Tensor[];
  #owners = 1;

  /** Takes over `tensors` for one owner. */
  constructor(tensors: readonly Tensor[]) {
    this.tensors = tensors;
  }

  /** Size of the tensors, in bytes, with the room that is left in their memory. */
  get bytes(): number {
    return bytesOfAll(this.tensors);
  }

  /** Whether there is more than one owner. */
  get isShared(): boolean {
    return this.#owners > 1;
  }

  /** Adds an owner. */
  share(): this {
    this.#owners++;
    return this;
  }

  /** Removes an owner, each once. The last one frees the tensors. */
  release(): void {
    if (--this.#owners === 0) for (const tensor of this.tensors) tensor.dispose();
  }
}

/** Returns the size of the memory of tensors, in bytes. */
export function bytesOfAll(tensors: readonly Tensor[]): number {
  return tensors.reduce((sum, tensor) => sum + bytesOf(tensor), 0);
}

function bytesOf(tensor: Tensor): number {
  const { size, type, location } = tensor;
  if (location === "gpu-buffer") return size * BYTES_PER_ELEMENT[type as CacheType];
  return (tensor.data as Float32Array).buffer.byteLength;
}
