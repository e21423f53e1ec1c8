import { describe, expect, test } from "vitest";
import { cacheSizesIn } from "./cache-sizes.ts";
import { configOfGenai, graphOfGenai } from "./genai-config.ts";

/** As version 0.18 of onnxruntime-genai's builder writes it, shortened. */
const genai = {
  source: "genai_config.json",
  values: {
    model: {
      bos_token_id: 1,
      context_length: 64,
      decoder: {
        filename: "decoder/model.onnx",
        head_size: 16,
        hidden_size: 64,
        num_attention_heads: 4,
        num_hidden_layers: 2,
        num_key_value_heads: 2,
      },
      eos_token_id: [2, 7],
      pad_token_id: 0,
      type: "gemma2",
      vocab_size: 160,
    },
    search: { max_length: 64 },
  },
};

describe("genai_config.json", () => {
  test("is read as config.json, with its names", () => {
    expect(configOfGenai(genai)).toEqual({
      source: "genai_config.json",
      values: {
        model_type: "gemma2",
        vocab_size: 160,
        eos_token_id: [2, 7],
        bos_token_id: 1,
        pad_token_id: 0,
        max_position_embeddings: 64,
        hidden_size: 64,
        head_dim: 16,
        num_attention_heads: 4,
        num_key_value_heads: 2,
        num_hidden_layers: 2,
      },
    });
  });

  test("tells the sizes that its graph leaves open", () => {
    expect(cacheSizesIn(configOfGenai(genai))).toEqual({ heads: 2, headSize: 16 });
  });

  test("names its graph", () => {
    expect(graphOfGenai(genai, "decoder")).toBe("decoder/model.onnx");
    expect(graphOfGenai({ ...genai, values: { model: { decoder: { filename: "" } } } }, "decoder")).toBeUndefined();
    expect(graphOfGenai({ ...genai, values: { model: { decoder: { filename: 3 } } } }, "decoder")).toBeUndefined();
  });

  test.each([{}, { model: null }, { model: "gpt2" }, { model: { decoder: [] } }])("without a decoder tells nothing: %j", (values) => {
    expect(configOfGenai({ source: "genai_config.json", values }).values).toEqual({});
    expect(graphOfGenai({ source: "genai_config.json", values }, "decoder")).toBeUndefined();
  });
});
