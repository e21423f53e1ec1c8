import { expect, test } from "vitest";
import { cacheSizesIn } from "./cache-sizes.ts";

const sizesOf = (values: Readonly<Record<string, unknown>>) => cacheSizesIn({ source: "config.json", values });

test.each([
  ["stated sizes", { num_key_value_heads: 2, num_attention_heads: 8, head_dim: 64, hidden_size: 256 }, { heads: 2, headSize: 64 }],
  ["the heads of queries and the width, without others", { num_attention_heads: 8, hidden_size: 256 }, { heads: 8, headSize: 32 }],
  ["the names of gpt2", { n_head: 4, n_embd: 32 }, { heads: 4, headSize: 8 }],
  ["no head size from a width that heads do not divide", { num_attention_heads: 3, hidden_size: 32 }, { heads: 3, headSize: undefined }],
  [
    "the sizes of the text part, which override those of the whole",
    { num_attention_heads: 16, hidden_size: 1024, text_config: { num_attention_heads: 4, num_key_value_heads: 1, head_dim: 256 } },
    { heads: 1, headSize: 256 },
  ],
  ["null as absent", { num_key_value_heads: null, num_attention_heads: 4, head_dim: null, hidden_size: 32 }, { heads: 4, headSize: 8 }],
  ["nothing from values that are no counts", { num_key_value_heads: "2", head_dim: 0 }, { heads: undefined, headSize: undefined }],
  ["nothing from an empty configuration", {}, { heads: undefined, headSize: undefined }],
  ["the text part's absence as null", { text_config: null, n_head: 2, n_embd: 8 }, { heads: 2, headSize: 4 }],
])("a configuration tells %s", (_what, values, expected) => {
  expect(sizesOf(values)).toEqual(expected);
});
