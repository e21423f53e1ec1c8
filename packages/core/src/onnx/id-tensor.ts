import type { Tensor } from "onnxruntime-common";
import type * as Ort from "onnxruntime-common";
import type { GraphSignature } from "./graph-signature.ts";

/** A tensor (1, length) of the type that the graph wants its ids in; of ones when no values are given. */
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
