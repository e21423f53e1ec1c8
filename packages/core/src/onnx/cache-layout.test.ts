import type { InferenceSession } from "onnxruntime-common";
import { describe, expect, test } from "vitest";
import { type CacheSizes, type CacheTensor, readCacheLayout } from "./cache-layout.ts";

type Shape = readonly (number | string)[];
const NO_SIZES: CacheSizes = { heads: undefined, headSize: undefined };

const tensor = (name: string, shape: Shape, type = "float32") => ({ name, isTensor: true, type, shape }) as InferenceSession.ValueMetadata;

interface Pair {
  readonly input: string;
  readonly output: string;
  readonly shape: Shape;
  /** @defaultValue that of the input */
  readonly outputShape?: Shape;
  readonly type?: string;
  readonly sizes?: CacheSizes;
}

function layoutOf({ input, output, shape, outputShape = shape, type, sizes = NO_SIZES }: Pair): CacheTensor {
  const inputs = [tensor("input_ids", ["batch", "sequence"], "int64"), tensor(input, shape, type)];
  const outputs = [tensor("logits", ["batch", "sequence", 9]), tensor(output, outputShape, type)];
  const [only, ...others] = readCacheLayout("m", inputs, outputs, sizes);
  expect(others).toEqual([]);
  return only!;
}

describe("keys and values", () => {
  test.each<[what: string, pair: Pair, expected: Partial<CacheTensor>]>([
    [
      "of an exporter that names batch and positions",
      { input: "past_key_values.3.key", output: "present.3.key", shape: ["batch_size", 2, "past_sequence_length", 16] },
      { output: "present.3.key", dims: [1, 2, 0, 16], axis: 2 },
    ],
    [
      "whose successors are present_key_values",
      { input: "past_key_values.0.value", output: "present_key_values.0.value", shape: ["b", 2, "past", 16] },
      { output: "present_key_values.0.value", dims: [1, 2, 0, 16], axis: 2 },
    ],
    ["of a fixed batch of 1", { input: "past_0", output: "present_0", shape: [1, 2, "p", 16] }, { dims: [1, 2, 0, 16], axis: 2 }],
    [
      "both in one tensor, stacked",
      { input: "past_0", output: "present_0", shape: [2, "batch_size", 4, "past_seq_len", 8] },
      { dims: [2, 1, 4, 0, 8], axis: 3 },
    ],
    [
      "both in one tensor, side by side",
      { input: "past_key_values.0.key_value", output: "present.0.key_value", shape: ["batch_size", "past_sequence_length", 32] },
      { output: "present.0.key_value", dims: [1, 0, 32], axis: 1 },
    ],
    [
      "of float16",
      { input: "past_key_values.0.key", output: "present.0.key", shape: ["b", 2, "past", 16], type: "float16" },
      { type: "float16" },
    ],
    ["of 8 bits", { input: "past_key_values.0.key", output: "present.0.key", shape: ["b", 2, "past", 16], type: "int8" }, { type: "int8" }],
    [
      "of 8 bits without sign",
      { input: "past_key_values.0.key", output: "present.0.key", shape: ["b", 2, "past", 16], type: "uint8" },
      { type: "uint8" },
    ],
    [
      "whose head size has a name only",
      {
        input: "past_key_values.0.key",
        output: "present.0.key",
        shape: ["batch_size", 2, "past_sequence_length", "kv_cache_dim"],
        sizes: { heads: undefined, headSize: 64 },
      },
      { dims: [1, 2, 0, 64], axis: 2 },
    ],
    [
      "whose heads and head size have names only",
      {
        input: "past_key_values.0.key",
        output: "present.0.key",
        shape: ["batch", "heads", "past", "size"],
        sizes: { heads: 3, headSize: 64 },
      },
      { dims: [1, 3, 0, 64], axis: 2 },
    ],
  ])("%s", (_what, pair, expected) => {
    expect(layoutOf(pair)).toMatchObject({ input: pair.input, ...expected });
  });

  test.each<[what: string, pair: Pair, message: string]>([
    [
      "without a size that the configuration tells",
      { input: "past_key_values.0.key", output: "present.0.key", shape: ["batch", 2, "past", "kv_cache_dim"] },
      "m: past_key_values.0.key must be of a shape with one open number of positions; config.json tells neither num_key_value_heads nor head_dim, got (batch, 2, past, kv_cache_dim).",
    ],
    [
      "of a type without arrays",
      { input: "past_key_values.0.key", output: "present.0.key", shape: ["batch", 2, "past", 4], type: "bfloat16" },
      "m: past_key_values.0.key must be float32 or float16 or int8 or uint8, got bfloat16.",
    ],
    [
      "without a successor",
      { input: "past_key_values.0.key", output: "new.0.key", shape: ["batch", 2, "past", 4] },
      "m: present.0.key must be an output of the grown cache, got none (the graph has logits, new.0.key).",
    ],
    [
      "of a sliding window",
      { input: "past_key_values.0.key", output: "present.0.key", shape: ["batch_size", 2, "past_sliding_length", 4] },
      "m: input past_key_values.0.key must be a cache of all positions, got a cache of a sliding window, which cannot be rewound: export the model again with windowed_kv_cache=false.",
    ],
  ])("%s are refused", (_what, pair, message) => {
    expect(() => layoutOf(pair)).toThrow(message);
  });

  test("whose successor has another type are refused", () => {
    const read = () =>
      readCacheLayout(
        "m",
        [tensor("past_key_values.0.key", ["b", 2, "p", 4], "float16")],
        [tensor("present.0.key", ["b", 2, "p", 4])],
        NO_SIZES,
      );
    expect(read).toThrow("m: present.0.key must be float16, as past_key_values.0.key, got float32.");
  });
});

describe("fixed states", () => {
  test.each<[input: string, output: string, shape: Shape, dims: readonly number[]]>([
    ["past_conv.3", "present_conv.3", ["batch_size", 32, 3], [1, 32, 3]],
    ["past.0.conv", "present.0.conv", ["batch_size", 32, 2], [1, 32, 2]],
    ["past_recurrent.3", "present_recurrent.3", ["batch_size", 4, 16, 16], [1, 4, 16, 16]],
    ["past_key_values.3.shift_state", "present.3.shift_state", ["batch", 32], [1, 32]],
    ["past_states.3.ssm_state", "present.3.ssm_state", ["batch", 8, 16, 8], [1, 8, 16, 8]],
    ["past_conv.3.query", "present_conv.3.query", [1, 32, 3], [1, 32, 3]],
  ])("%s becomes %s", (input, output, shape, dims) => {
    expect(layoutOf({ input, output, shape })).toEqual({ input, output, type: "float32", dims, axis: undefined });
  });

  test("may have a successor whose batch, or any size, the runtime found", () => {
    const pair: Pair = { input: "past_conv.0", output: "present_conv.0", shape: ["batch", 32, 3] };
    expect(layoutOf({ ...pair, outputShape: [1, 32, 3] }).dims).toEqual([1, 32, 3]);
    expect(layoutOf({ ...pair, outputShape: ["batch", 32, "width"] }).dims).toEqual([1, 32, 3]);
  });

  test("whose successor has another size are refused", () => {
    const pair: Pair = { input: "past_conv.0", output: "present_conv.0", shape: ["batch", 32, 3], outputShape: ["batch", 32, 4] };
    expect(() => layoutOf(pair)).toThrow("m: present_conv.0 must be of shape (batch, 32, 3), as past_conv.0, got (batch, 32, 4).");
  });
});
