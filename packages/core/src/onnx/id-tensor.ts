import type { Tensor } from "onnxruntime-common";
import type * as Ort from "onnxruntime-common";
import type { IdType } from "./graph-signature.ts";

/** Creates a tensor of integers, by default of shape (1, length); without `valueAt` it is filled with ones. */
export function idTensor(
  ort: typeof Ort,
  type: IdType,
  length: number,
  valueAt?: (index: number) => number,
  dims: readonly number[] = [1, length],
): Tensor {
  if (type === "int32") {
    const values = new Int32Array(length).fill(1);
    if (valueAt) for (let index = 0; index < length; index++) values[index] = valueAt(index);
    return new ort.Tensor("int32", values, dims);
  }
  const values = new BigInt64Array(length).fill(1n);
  if (valueAt) for (let index = 0; index < length; index++) values[index] = BigInt(valueAt(index));
  return new ort.Tensor("int64", values, dims);
}
