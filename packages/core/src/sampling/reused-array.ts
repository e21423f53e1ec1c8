/**
 * Returns a function that gives the same array for every call of the same or a smaller length: its content is valid until the next call.
 * For what is computed of every token, so that nothing of the size of the vocabulary is allocated for it.
 */
export function reusedArray(): (length: number) => Float64Array {
  let array = new Float64Array(0);
  return (length) => {
    if (array.length < length) array = new Float64Array(length);
    return array.length === length ? array : array.subarray(0, length);
  };
}
