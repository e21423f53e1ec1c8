import type { Tensor } from "onnxruntime-common";
import type * as Ort from "onnxruntime-common";
import { float16ToFloat32, float32ToFloat16 } from "../../numbers/float16.ts";

/** Types of the numbers that graphs of draft heads take and return. */
export type FloatType = "float32" | "float16";

/** Returns a tensor of `values`, rounded if its type is float16. */
export function floatTensor(ort: typeof Ort, type: FloatType, values: Float32Array, dims: readonly number[]): Tensor {
  return type === "float16" ? new ort.Tensor("float16", float32ToFloat16(values), [...dims]) : new ort.Tensor("float32", values, [...dims]);
}

/** Returns the values of a tensor of floats, which is disposed. */
export async function takeFloats(tensor: Tensor): Promise<Float32Array> {
  const data = (await tensor.getData(true)) as Float32Array | Uint16Array;
  // Until now, only what lies on a GPU is freed.
  tensor.dispose();
  return data instanceof Float32Array ? data : float16ToFloat32(new Uint16Array(data.buffer, data.byteOffset, data.length));
}

type NumberArray = Float32Array | Uint16Array;

/** Returns a new tensor of the entries `rows` of the first dimension of `tensor`, which is kept. */
export async function selectRows(ort: typeof Ort, tensor: Tensor, rows: Int32Array): Promise<Tensor> {
  const [, ...inner] = tensor.dims;
  const data = (await tensor.getData()) as NumberArray;
  const size = inner.reduce((product, dim) => product * dim, 1);
  const selected = emptyLike(data, rows.length * size);
  for (const [index, row] of rows.entries()) selected.set(data.subarray(row * size, (row + 1) * size), index * size);
  return new ort.Tensor(tensor.type as "float32", selected as Float32Array, [rows.length, ...inner]);
}

/** Returns a new tensor of the first `length` entries of dimension `axis` of `tensor`, which is kept. */
export async function keepFirst(ort: typeof Ort, tensor: Tensor, axis: number, length: number): Promise<Tensor> {
  const { dims } = tensor;
  const data = (await tensor.getData()) as NumberArray;
  const count = dims.slice(0, axis).reduce((product, dim) => product * dim, 1);
  const inner = dims.slice(axis + 1).reduce((product, dim) => product * dim, 1);
  const [from, to] = [dims[axis]! * inner, length * inner];
  const kept = emptyLike(data, count * to);
  for (let index = 0; index < count; index++) kept.set(data.subarray(index * from, index * from + to), index * to);
  return new ort.Tensor(tensor.type as "float32", kept as Float32Array, [...dims.slice(0, axis), length, ...dims.slice(axis + 1)]);
}

function emptyLike(data: NumberArray, length: number): NumberArray {
  return new (data.constructor as new (length: number) => NumberArray)(length);
}
