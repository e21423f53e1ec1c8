import type { InferenceSession } from "onnxruntime-common";
import { describe, expect, test } from "vitest";
import { ModelShapeError } from "../errors.ts";
import { readGraphSignature } from "./graph-signature.ts";

type Value = InferenceSession.ValueMetadata;

const tensor = (name: string, type: string, shape: (string | number)[]): Value => ({ name, isTensor: true, type, shape }) as Value;
const ids = (name: string, type = "int64"): Value => tensor(name, type, ["batch", "rows"]);
const cached = (name: string, type = "float32", shape: (string | number)[] = ["batch", 2, "past", 4]): Value => tensor(name, type, shape);

const inputs = [
  ids("input_ids"),
  cached("past_key_values.0.key"),
  cached("past_key_values.0.value"),
  cached("past_key_values.11.key", "float32", ["batch", 1, "past", 8]),
];
const outputs = [
  tensor("logits", "float32", ["batch", "rows", 9]),
  cached("present.11.key", "float32", ["batch", 1, "all", 8]),
  cached("present.0.value"),
  cached("present.0.key"),
];

const without = (values: Value[], name: string): Value[] => values.filter((value) => value.name !== name);
const withOne = (values: Value[], value: Value): Value[] => [...without(values, value.name), value];

describe("a graph's signature", () => {
  test("contains its cache, its types and its inputs", () => {
    const tensorOf = (name: string, heads: number, headSize: number) => {
      const dims = [1, heads, 0, headSize];
      return { input: `past_key_values.${name}`, output: `present.${name}`, type: "float32", dims, axis: 2 };
    };
    expect(readGraphSignature("m", inputs, outputs)).toEqual({
      names: {},
      readsIds: true,
      hasCacheBranch: false,
      treeMask: false,
      hiddenStates: false,
      layerStates: false,
      positionOffsets: false,
      idType: "int64",
      cache: [tensorOf("0.key", 2, 4), tensorOf("0.value", 2, 4), tensorOf("11.key", 1, 8)],
      logitsType: "float32",
      vocabSize: 9,
    });
  });

  test("has the types and inputs of another graph", () => {
    const others = [
      ids("input_ids", "int32"),
      ids("attention_mask", "int32"),
      ids("position_ids", "int32"),
      cached("past_key_values.0.key", "float16"),
    ];
    const signature = readGraphSignature("m", others, [
      tensor("logits", "float16", [1, "rows", "vocab"]),
      cached("present.0.key", "float16"),
    ]);
    expect(signature).toMatchObject({
      idType: "int32",
      attentionMask: { type: "int32", rank: 2, parts: 1 },
      positionIds: { type: "int32", rank: 2, parts: 1 },
      cache: [{ type: "float16" }],
      logitsType: "float16",
      vocabSize: undefined,
    });
  });

  test("may have a fixed state whose batch only its output states, and buffers that passes write into", () => {
    const fixed = ["batch", 8, 3];
    const ins = [ids("input_ids"), ids("write_indices"), cached("key_cache.0", "float32", ["batch", 16, 8])];
    const outs = [outputs[0]!, cached("updated_key_cache.0", "float32", [1, 16, 8])];
    expect(readGraphSignature("m", ins, outs)).toMatchObject({
      cache: [{ input: "key_cache.0", output: "updated_key_cache.0", dims: [1, 16, 8], capacity: 16 }],
      writeIndices: { type: "int64" },
    });
    const states = [ids("input_ids"), cached("past_conv.0", "float32", fixed)];
    expect(readGraphSignature("m", states, [outputs[0]!, cached("present_conv.0", "float32", [1, 8, 3])]).cache).toEqual([
      { input: "past_conv.0", output: "present_conv.0", type: "float32", dims: [1, 8, 3], axis: undefined },
    ]);
  });

  test("may have a cache that begins with any layer", () => {
    const later = inputs.filter(({ name }) => !name.startsWith("past_key_values.0."));
    expect(readGraphSignature("m", later, outputs).cache.map(({ input }) => input)).toEqual(["past_key_values.11.key"]);
  });

  test("may read embeddings in place of ids, or ids as well", () => {
    const embeds = tensor("inputs_embeds", "float32", ["batch", "rows", 8]);
    const embedded = ["inputs_embeds"];
    const only = readGraphSignature("m", [...without(inputs, "input_ids"), embeds], outputs, { embedded });
    expect(only).toMatchObject({ readsIds: false, cache: [{}, {}, {}] });
    expect(readGraphSignature("m", [...inputs, embeds], outputs, { embedded })).toMatchObject({ readsIds: true });
    expect(() => readGraphSignature("m", [...inputs, embeds], outputs)).toThrow("input inputs_embeds must be one of");
  });

  test("is refused without additional inputs that are required", () => {
    const more = [...inputs, ids("mode_ids")];
    expect(readGraphSignature("m", more, outputs, { moreInputs: ["mode_ids"] }).cache).toHaveLength(3);
    expect(() => readGraphSignature("m", inputs, outputs, { moreInputs: ["mode_ids"] })).toThrow(
      "m: mode_ids must be an input, got none (the graph has input_ids, past_key_values.0.key, past_key_values.0.value, past_key_values.11.key).",
    );
  });
});

const refused: [string, Value[], Value[], Partial<ModelShapeError>][] = [
  [
    "no token ids",
    without(inputs, "input_ids"),
    outputs,
    {
      tensor: "input_ids",
      expected: "an input of token ids",
      actual: "none (the graph has past_key_values.0.key, past_key_values.0.value, past_key_values.11.key)",
    },
  ],
  ["no logits", inputs, without(outputs, "logits"), { tensor: "logits", expected: "an output of shape (batch, sequence, vocabSize)" }],
  [
    "logits of a classifier",
    inputs,
    withOne(outputs, tensor("logits", "float32", ["batch", 2])),
    { tensor: "logits", expected: "of shape (batch, sequence, vocabSize), as a language model's", actual: "(batch, 2)" },
  ],
  ["no cache", [ids("input_ids")], outputs, { tensor: "past_key_values.0.key", expected: "an input of cached keys" }],
  [
    "a cache that does not grow",
    inputs,
    without(outputs, "present.0.value"),
    { tensor: "present.0.value", expected: "an output of the grown cache" },
  ],
  [
    "an unknown input",
    [...inputs, ids("pixels")],
    outputs,
    {
      tensor: "input pixels",
      expected:
        "one of input_ids, attention_mask, position_ids, token_type_ids, num_logits_to_keep, write_indices, nonpad_kv_seqlen, use_cache_branch, past_key_values.N.key, past_key_values.N.value",
      actual: "an input of unknown meaning",
    },
  ],
  [
    "an input with a name like the cache's",
    [...inputs, cached("my_past_key_values.0.key")],
    outputs,
    { tensor: "input my_past_key_values.0.key" },
  ],
  [
    "an input with a longer name than the cache's",
    [...inputs, cached("past_key_values.0.key_scale")],
    outputs,
    { tensor: "present.0.key_scale", expected: "an output of the grown cache" },
  ],
  [
    "a fixed state whose successor has another shape",
    withOne(inputs, cached("past_key_values.0.key", "float32", ["batch", 2, 4])),
    outputs,
    {
      tensor: "present.0.key",
      expected: "of shape (batch, 2, 4), as past_key_values.0.key",
      actual: "(batch, 2, past, 4)",
    },
  ],
  [
    "a cache whose head size nothing tells",
    withOne(inputs, cached("past_key_values.0.key", "float32", ["batch", 2, "past", "size"])),
    outputs,
    {
      expected: "of a shape with one open number of positions; config.json tells neither num_key_value_heads nor head_dim",
      actual: "(batch, 2, past, size)",
    },
  ],
  [
    "open heads",
    withOne(inputs, cached("past_key_values.0.key", "float32", ["batch", "heads", "past", 4])),
    outputs,
    { actual: "(batch, heads, past, 4)" },
  ],
  [
    "a symbolic head size",
    withOne(inputs, cached("past_key_values.0.key", "float32", ["batch", 2, "past", "size"])),
    outputs,
    { actual: "(batch, 2, past, size)" },
  ],
  [
    "what an encoder returned",
    [...inputs, tensor("encoder_hidden_states", "float32", ["batch", "source", 8])],
    outputs,
    {
      tensor: "input encoder_hidden_states",
      expected: "absent",
      actual: "that of an encoder-decoder model, which is not supported yet",
    },
  ],
  [
    "buffers, but no place to write at",
    [ids("input_ids"), cached("key_cache.0", "float32", ["batch", 16, 8])],
    [outputs[0]!, cached("updated_key_cache.0", "float32", ["batch", 16, 8])],
    { tensor: "write_indices", expected: "an input" },
  ],
  [
    "buffers of an open size",
    [ids("input_ids"), ids("write_indices"), cached("key_cache.0", "float32", ["batch", "positions", 8])],
    [outputs[0]!, cached("updated_key_cache.0", "float32", ["batch", "positions", 8])],
    { tensor: "key_cache.0", actual: "(batch, positions, 8)" },
  ],
  [
    "buffers beside another state",
    [...inputs, ids("write_indices"), cached("key_cache.0", "float32", ["batch", 16, 8])],
    [...outputs, cached("updated_key_cache.0", "float32", ["batch", 16, 8])],
    { tensor: "past_key_values.0.key", expected: "absent, since key_cache.N are buffers" },
  ],
  [
    "token ids of another type",
    withOne(inputs, ids("input_ids", "float32")),
    outputs,
    { tensor: "input_ids", expected: "int64 or int32", actual: "float32" },
  ],
  [
    "a cache of another type",
    [ids("input_ids"), cached("past_key_values.0.key", "float64")],
    outputs,
    { tensor: "past_key_values.0.key", expected: "float32 or float16 or int8 or uint8", actual: "float64" },
  ],
  [
    "logits of another type",
    inputs,
    withOne(outputs, tensor("logits", "bfloat16", ["batch", "rows", 9])),
    { tensor: "logits", expected: "float32 or float16", actual: "bfloat16" },
  ],
  ["logits that are not a tensor", inputs, withOne(outputs, { name: "logits", isTensor: false }), { tensor: "logits" }],
];

test.each(refused)("a graph with %s is refused", (_what, ins, outs, details) => {
  let error: unknown;
  try {
    readGraphSignature("m", ins, outs);
  } catch (reason) {
    error = reason;
  }
  expect(error).toBeInstanceOf(ModelShapeError);
  expect(error).toMatchObject({ source: "m", ...details });
});
