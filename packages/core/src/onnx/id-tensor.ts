import type { Tensor } from "onnxruntime-common";
import type * as Ort from "onnxruntime-common";
import type { IdType } from "./graph-signature.ts";

/** Creates a tensor of integers, by default of shape (1, length). */
export function idTensor(
  ort: typeof Ort,
  type: IdType,
  length: number,
  valueAt: (index: number) => number,
  dims: readonly number[] = [1, length],
): Tensor {
  if (type === "int32") {
    const values = new Int32Array(length);
    for (let index = 0; index < length; index++) values[index] = valueAt(index);
    return new ort.Tensor("int32", values, dims);
  }
  const values = new BigInt64Array(length);
  for (let index = 0; index < length; index++) values[index] = BigInt(valueAt(index));
  return new ort.Tensor("int64", values, dims);
}

/** Arrays of ones, which only grow. */
let ones = { int32: new Int32Array(0), int64: new BigInt64Array(0) };

/**
 * Returns a tensor of ones of shape (1, length): a mask that hides nothing. Its data is a view of an array that all of them share, so that
 * the mask of a long context costs no more than that of a short one. It must not be written to.
 */
export function onesTensor(ort: typeof Ort, type: IdType, length: number): Tensor {
  if (length > ones.int32.length) ones = { int32: new Int32Array(2 * length).fill(1), int64: new BigInt64Array(2 * length).fill(1n) };
  const dims = [1, length];
  return type === "int32"
    ? new ort.Tensor("int32", ones.int32.subarray(0, length), dims)
    : new ort.Tensor("int64", ones.int64.subarray(0, length), dims);
}
