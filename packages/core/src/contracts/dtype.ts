/** Data types of weights, by the names that the hub's exporters give to files: q8 is `model_quantized.onnx`, fp32 `model.onnx`. */
export const DTYPES = ["fp32", "fp16", "q8", "int8", "uint8", "q4", "q4f16", "bnb4"] as const;

/** Data type of weights. */
export type Dtype = (typeof DTYPES)[number];

/** What the hub's exporters add to the name of a graph's file for the data type of its weights. */
export const DTYPE_SUFFIXES: Readonly<Record<Dtype, string>> = {
  fp32: "",
  fp16: "_fp16",
  q8: "_quantized",
  int8: "_int8",
  uint8: "_uint8",
  q4: "_q4",
  q4f16: "_q4f16",
  bnb4: "_bnb4",
};

/** Name of decoders beside other graphs, such as one for the embeddings. */
export const SPLIT_DECODER = "decoder_model_merged";
/** Names of causal graphs, without suffix. */
export const GRAPH_NAMES: readonly string[] = ["model", SPLIT_DECODER];

/** Returns the data type that the name of a graph's file tells: "q4" for "onnx/model_q4.onnx". Undefined for any other name. */
export function dtypeOfFile(path: string): Dtype | undefined {
  const name = path.slice(path.lastIndexOf("/") + 1);
  return DTYPES.find((dtype) => GRAPH_NAMES.some((each) => name === `${each}${DTYPE_SUFFIXES[dtype]}.onnx`));
}
