import { float16ToFloat32 } from "@decodekit/core/toolkit";
import { invalidAnswer } from "../../connection/answer-errors.ts";
import type { Answer } from "../../connection/connection.ts";
import { jsonOf } from "../../connection/json-of.ts";
import { AnswerValue } from "../answer-value.ts";

/** The header that tells where the JSON of a body ends and its tensors begin. */
const JSON_LENGTH = "inference-header-content-length";

/** A tensor of integers for a request. */
export interface InputTensor {
  readonly name: string;
  readonly datatype: "INT64" | "INT32";
  readonly shape: readonly number[];
  readonly values: ArrayLike<number>;
}

/** A tensor of an answer as float32. */
export interface FloatTensor {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/**
 * Returns the body of a request for one output, with binary tensors both ways: the JSON and after it the inputs, little-endian (Open Inference
 * Protocol v2, binary tensor data extension).
 */
export function inferBody(
  inputs: readonly InputTensor[],
  output: string,
): { readonly content: Uint8Array<ArrayBuffer>; readonly headers: Readonly<Record<string, string>> } {
  const tensors = inputs.map(bytesOf);
  const header = {
    inputs: inputs.map(({ name, datatype, shape }, index) => ({
      name,
      datatype,
      shape,
      parameters: { binary_data_size: tensors[index]!.length },
    })),
    outputs: [{ name: output, parameters: { binary_data: true } }],
  };
  const json = new TextEncoder().encode(JSON.stringify(header));
  const content = new Uint8Array(tensors.reduce((length, tensor) => length + tensor.length, json.length));
  content.set(json);
  let at = json.length;
  for (const tensor of tensors) {
    content.set(tensor, at);
    at += tensor.length;
  }
  return { content, headers: { "content-type": "application/octet-stream", [JSON_LENGTH]: String(json.length) } };
}

/**
 * Reads the output `name` of an answer, binary or in JSON, of floats of 16 or 32 bits.
 * @throws RemoteError "invalid-answer" if it is missing, of another type, or has not as many values as its shape says.
 */
export function readOutput({ headers, bytes }: Answer, source: string, name: string): FloatTensor {
  const length = headers.get(JSON_LENGTH);
  const jsonLength = length === null ? bytes.length : Number(length);
  if (!(Number.isInteger(jsonLength) && jsonLength >= 0 && jsonLength <= bytes.length))
    throw invalidAnswer(source, `its JSON has ${length} of ${bytes.length} bytes`, { temporary: true });
  const answer = new AnswerValue(jsonOf(bytes.subarray(0, jsonLength), source), source);
  let at = jsonLength;
  for (const output of answer.member("outputs").items()) {
    const size = output.member("parameters").isMissing ? undefined : sizeOf(output);
    const end = at + (size ?? 0);
    if (output.member("name").text() === name) return tensorOf(output, size === undefined ? undefined : bytes.slice(at, end), source);
    at = end;
  }
  throw answer.error(`an answer with the output ${name}`);
}

function sizeOf(output: AnswerValue): number | undefined {
  const size = output.member("parameters").member("binary_data_size");
  return size.isMissing ? undefined : size.integer(0);
}

const BYTES_PER_VALUE = { FP32: 4, FP16: 2 } as const;

function tensorOf(output: AnswerValue, binary: Uint8Array<ArrayBuffer> | undefined, source: string): FloatTensor {
  const datatype = output.member("datatype");
  const type = datatype.text();
  if (type !== "FP32" && type !== "FP16") throw datatype.error("FP32 or FP16");
  const shape = output
    .member("shape")
    .items()
    .map((size) => size.integer(0));
  const count = shape.reduce((product, size) => product * size, 1);
  const values = binary ? valuesOf(binary, type) : numbersOf(output.member("data"));
  const got = binary && binary.length !== count * BYTES_PER_VALUE[type] ? binary.length / BYTES_PER_VALUE[type] : values.length;
  // A proxy may have cut it: another try can help.
  if (got !== count)
    throw invalidAnswer(source, `a tensor of shape [${shape.join()}] must have ${count} values, got ${got}`, { temporary: true });
  return { shape, values };
}

/** Binary tensors are little-endian, as are all platforms that run this. */
function valuesOf(bytes: Uint8Array<ArrayBuffer>, type: keyof typeof BYTES_PER_VALUE): Float32Array {
  const whole = bytes.buffer.slice(0, bytes.length - (bytes.length % BYTES_PER_VALUE[type]));
  return type === "FP32" ? new Float32Array(whole) : float16ToFloat32(new Uint16Array(whole));
}

/** Values in JSON, which may be nested; null stands for what JSON cannot write. */
function numbersOf(data: AnswerValue): Float32Array {
  const items = data.items();
  return Float32Array.from(items[0]?.isArray ? items.flatMap((item) => [...numbersOf(item)]) : items.map((item) => item.number()));
}

function bytesOf({ datatype, values }: InputTensor): Uint8Array<ArrayBuffer> {
  if (datatype === "INT32") return new Uint8Array(Int32Array.from(values).buffer);
  return new Uint8Array(BigInt64Array.from(Array.from(values, BigInt)).buffer);
}
