/** A sequence that grows at its end, in a buffer that doubles when it is full. */
export interface Sequence {
  readonly length: number;
  /** A view of all of it, shape (n,), which `append` does not change but does not extend either. */
  tokens(): Int32Array;
  append(more: Int32Array): void;
}

/** A sequence that begins with a copy of `initial`. */
export function sequenceOf(initial: Int32Array): Sequence {
  let buffer = Int32Array.from(initial);
  let length = initial.length;
  return {
    get length() {
      return length;
    },
    tokens: () => buffer.subarray(0, length),
    append(more) {
      if (length + more.length > buffer.length) {
        const larger = new Int32Array(2 * (length + more.length));
        larger.set(buffer);
        buffer = larger;
      }
      buffer.set(more, length);
      length += more.length;
    },
  };
}
