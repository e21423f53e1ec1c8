import { PbfReader } from "pbf";
import { namedSize, type Size } from "./sizes.ts";
import { endOfMessage, eachField } from "../graph-outline.ts";

// Field numbers of onnx.proto (IR version 13).
const TENSOR = { dims: 1, dataType: 2 } as const;
/** ValueInfoProto.type, TypeProto.tensor_type, TypeProto.Tensor.shape, TensorShapeProto.dim. */
const PATH = [2, 1, 2, 1];
/** TypeProto.Tensor.elem_type. */
const ELEMENT_TYPE = 1;
const DIM = { value: 1, name: 2 } as const;

/** Returns the shape of an encoded TensorProto, and the type of its elements as onnx.proto numbers it. */
export function declaredTensor(tensor: Uint8Array): { readonly shape: readonly number[]; readonly type: number } {
  const reader = new PbfReader(tensor);
  const shape: number[] = [];
  let type = 0;
  eachField(reader, reader.length, (field) => {
    if (field === TENSOR.dims) reader.readPackedVarint(shape);
    else if (field === TENSOR.dataType) type = reader.readVarint();
  });
  return { shape, type };
}

/** Returns the type of the elements of an encoded ValueInfoProto of a tensor, as onnx.proto numbers it. */
export function elementTypeOf(info: Uint8Array): number {
  let type = 0;
  const reader = new PbfReader(info);
  const readPart = (depth: number, end: number): void =>
    eachField(reader, end, (field) => {
      if (depth === 2 && field === ELEMENT_TYPE) type = reader.readVarint();
      else if (depth < 2 && field === PATH[depth]) readPart(depth + 1, endOfMessage(reader));
    });
  readPart(0, reader.length);
  return type;
}

/** Returns the shape of an encoded ValueInfoProto. A size without a name has one of its own, made of `value`, which is the name of the input. */
export function shapeOfValue(value: string, info: Uint8Array): readonly Size[] {
  const reader = new PbfReader(info);
  const shape: Size[] = [];
  const readDim = (): void => {
    let size: Size = `${value}[${shape.length}]`;
    eachField(reader, endOfMessage(reader), (field) => {
      if (field === DIM.value) size = reader.readVarint();
      else if (field === DIM.name) size = namedSize(reader.readString() || String(size));
    });
    shape.push(size);
  };
  const readPart = (depth: number, end: number): void =>
    eachField(reader, end, (field) => {
      if (field !== PATH[depth]) return;
      if (depth === PATH.length - 1) readDim();
      else readPart(depth + 1, endOfMessage(reader));
    });
  readPart(0, reader.length);
  return shape;
}
