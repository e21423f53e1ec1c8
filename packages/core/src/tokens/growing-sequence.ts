import type { Sequence } from "../contracts/sampler.ts";

/**
 * A sequence to which tokens are appended. Its buffer doubles when it is full and is never overwritten, so earlier views of `tokens` stay
 * valid and keep their length.
 */
export class GrowingSequence implements Sequence {
  readonly promptLength: number;
  #length: number;
  #buffer: Int32Array;

  /** Starts with a copy of `initial`, shape (n,); `promptLength` is n by default. */
  constructor(initial: Int32Array, promptLength: number = initial.length) {
    this.#buffer = Int32Array.from(initial);
    this.#length = initial.length;
    this.promptLength = promptLength;
  }

  get length(): number {
    return this.#length;
  }

  /** All tokens so far, shape (length,): a view that must not be written to. */
  get tokens(): Int32Array {
    return this.#buffer.subarray(0, this.#length);
  }

  append(tokens: ArrayLike<number>): void {
    const length = this.#length + tokens.length;
    if (length > this.#buffer.length) {
      const larger = new Int32Array(2 * length);
      larger.set(this.tokens);
      this.#buffer = larger;
    }
    this.#buffer.set(tokens, this.#length);
    this.#length = length;
  }
}
