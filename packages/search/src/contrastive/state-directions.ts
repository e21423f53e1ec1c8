import type { HiddenStates } from "@decodekit/core";

/** The directions of the hidden states of a sequence. */
export class StateDirections {
  #values: Float32Array = new Float32Array();
  #size = 0;
  #count = 0;

  /** Adds the states of the sequence's next tokens: those of `states` from `first` to `end`, exclusive. */
  append({ size, values }: HiddenStates, first = 0, end = values.length / size): void {
    this.#size = size;
    const needed = (this.#count + end - first) * size;
    if (this.#values.length < needed) {
      const grown = new Float32Array(Math.max(needed, 2 * this.#values.length));
      grown.set(this.#values);
      this.#values = grown;
    }
    for (let index = first; index < end; index++) {
      const state = values.subarray(index * size, (index + 1) * size);
      const scale = 1 / norm(state);
      const start = this.#count++ * size;
      for (let part = 0; part < size; part++) this.#values[start + part] = state[part]! * scale;
    }
  }

  /** Returns the largest cosine of the angle between a state, `index` of `states`, and those of the sequence, in [-1, 1]. */
  largestCosine({ size, values }: HiddenStates, index: number): number {
    const state = values.subarray(index * size, (index + 1) * size);
    let largest = -Infinity;
    for (let other = 0; other < this.#count; other++) {
      const start = other * this.#size;
      let product = 0;
      for (let part = 0; part < size; part++) product += state[part]! * this.#values[start + part]!;
      if (product > largest) largest = product;
    }
    return largest / norm(state);
  }
}

/** Returns the length of a vector, or 1 for one of length 0, whose cosines are then 0. */
function norm(vector: Float32Array): number {
  let sum = 0;
  for (const value of vector) sum += value * value;
  return Math.sqrt(sum) || 1;
}
