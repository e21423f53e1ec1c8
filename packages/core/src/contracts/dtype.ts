/** Data types of weights, by the names that the hub's exporters give to files: q8 is `model_quantized.onnx`, fp32 `model.onnx`. */
export const DTYPES = ["fp32", "fp16", "q8", "int8", "uint8", "q4", "q4f16", "bnb4"] as const;

/** Data type of weights. */
export type Dtype = (typeof DTYPES)[number];
