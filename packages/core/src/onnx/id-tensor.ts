import type { Tensor } from "onnxruntime-common";
import type * as Ort from "onnxruntime-common";
import type { GraphSignature } from "./graph-signature.ts";

/** Creates a tensor (1, length) of the graph's id type; without `valueAt` it is filled with ones. */
export function idTensor(ort: typeof Ort, type: GraphSignature["idType"], length: number, valueAt?: (index: number) => number): Tensor {
  if (type === "int32") {
    const values = new Int32Array(length).fill(1);
    if (valueAt) for (let index = 0; index < length; index++) values[index] = valueAt(index);
    return new ort.Tensor("int32", values, [1, length]);
  }
  const values = new BigInt64Array(length).fill(1n);
  if (valueAt) for (let index = 0; index < length; index++) values[index] = BigInt(valueAt(index));
  return new ort.Tensor("int64", values, [1, length]);
}
