import { expect, test } from "vitest";
import { dtypeOfFile } from "./dtype.ts";

test.each([
  ["onnx/model.onnx", "fp32"],
  ["model_quantized.onnx", "q8"],
  ["any/folder/model_q4f16.onnx", "q4f16"],
  ["onnx/decoder_model_merged_q4.onnx", "q4"],
  ["onnx/model_q3.onnx", undefined],
  ["onnx/embed_tokens.onnx", undefined],
  ["onnx/model.onnx_data", undefined],
  ["model_q4/other.onnx", undefined],
] as const)("the data type of %s is %s", (path, dtype) => {
  expect(dtypeOfFile(path)).toBe(dtype);
});
