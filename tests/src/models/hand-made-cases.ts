import type { GraphValue } from "../support/onnx-writer.ts";
import type { StateTensor } from "../support/state-graph.ts";

/** A small graph with the inputs and outputs of a layout that no exporter here makes. */
export interface HandMadeCase {
  readonly name: string;
  readonly states: readonly StateTensor[];
  /** Further inputs. @defaultValue [] */
  readonly inputs?: readonly GraphValue[];
  /** Further values of config.json. @defaultValue {} */
  readonly config?: object;
  /** Part of the error's message, of a graph that cannot be loaded, or read. */
  readonly message?: string;
}

const KEYS = ["batch", 2, "past_sequence_length", 4] as const;

export const HAND_MADE_CASES: readonly HandMadeCase[] = [
  { name: "hand-made/hrm_text", states: keysAndValues(0), inputs: [ids("token_type_ids")] },
  // The layers that share another's cache have none, and the head size differs between layers.
  { name: "hand-made/gemma4_text", states: [...keysAndValues(0), ...keysAndValues(1, ["batch", 1, "past_sequence_length", 8])] },
  {
    name: "hand-made/granitemoehybrid",
    states: [...keysAndValues(1), fixed("past_conv.0", [4, 2]), fixed("past_ssm.0", [2, 2, 2])],
  },
  {
    name: "hand-made/olmo_hybrid",
    states: [
      ...keysAndValues(1),
      ...["key", "value", "query"].map((part) => fixed(`past_conv.0.${part}`, [4, 2])),
      fixed("past_recurrent.0", [2, 2, 2]),
    ],
  },
  {
    name: "hand-made/zaya",
    states: [
      ...keysAndValues(0),
      ...["conv_state", "shift_state"].map((part) => fixed(`past_key_values.0.${part}`, [8, 1], `present.0.${part}`)),
    ],
  },
  { name: "hand-made/int8", states: keysAndValues(0).map((state) => ({ ...state, type: "int8" })) },
  { name: "hand-made/uint8", states: keysAndValues(0).map((state) => ({ ...state, type: "uint8" })) },
  {
    name: "hand-made/open-head-size",
    states: keysAndValues(0, ["batch", 2, "past_sequence_length", "kv_cache_dim"]),
    config: { num_key_value_heads: 2, num_attention_heads: 4, head_dim: 4 },
  },
  {
    name: "hand-made/compressed",
    states: [
      ...keysAndValues(0),
      { ...keysAndValues(0)[0]!, input: "past_compressor.0.kv", output: "present_compressor.0.kv", kind: "halved" },
    ],
    message: "a cache that does not grow with every token is not supported",
  },
  {
    name: "hand-made/inputs_embeds",
    states: keysAndValues(0),
    inputs: [{ name: "inputs_embeds", type: "float32", shape: ["batch", "sequence", 8] }],
    message: "Name the file of the embeddings as embeddingsFile",
  },
];

function keysAndValues(layer: number, shape: StateTensor["shape"] = KEYS): readonly StateTensor[] {
  return ["key", "value"].map((part) => {
    return { input: `past_key_values.${layer}.${part}`, output: `present.${layer}.${part}`, kind: "growing", shape };
  });
}

function fixed(input: string, sizes: readonly number[], output = input.replace("past", "present")): StateTensor {
  return { input, output, kind: "fixed", shape: ["batch", ...sizes] };
}

function ids(name: string): GraphValue {
  return { name, type: "int64", shape: ["batch", "sequence"] };
}
