import type { JsonFile } from "./json-file.ts";

/**
 * Returns `genai_config.json`, which onnxruntime-genai's folders hold in place of `config.json`, with the names of the latter. The token ids
 * and lengths mean the same.
 */
export function configOfGenai({ source, values }: JsonFile): JsonFile {
  const model = objectIn(values.model);
  const decoder = objectIn(model.decoder);
  const named = {
    model_type: model.type,
    vocab_size: model.vocab_size,
    eos_token_id: model.eos_token_id,
    bos_token_id: model.bos_token_id,
    pad_token_id: model.pad_token_id,
    max_position_embeddings: model.context_length,
    hidden_size: decoder.hidden_size,
    head_dim: decoder.head_size,
    num_attention_heads: decoder.num_attention_heads,
    num_key_value_heads: decoder.num_key_value_heads,
    num_hidden_layers: decoder.num_hidden_layers,
  };
  return { source, values: Object.fromEntries(Object.entries(named).filter(([, value]) => value !== undefined)) };
}

/** Returns the path of a graph that `genai_config.json` names: that of the decoder, or the one that turns tokens into embeddings. */
export function graphOfGenai({ values }: JsonFile, part: "decoder" | "embedding"): string | undefined {
  const { filename } = objectIn(objectIn(values.model)[part]);
  return typeof filename === "string" && filename !== "" ? filename : undefined;
}

function objectIn(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}
