import type { CacheSizes } from "./cache-layout.ts";
import type { JsonFile } from "./json-file.ts";

/** Returns the sizes of a cache that a graph may leave open. Models with other parts keep those of the text in `text_config`. */
export function cacheSizesIn({ values }: JsonFile): CacheSizes {
  const text = { ...values, ...(typeof values.text_config === "object" ? values.text_config : {}) } as Readonly<Record<string, unknown>>;
  const count = (...keys: readonly string[]): number | undefined => {
    const value = keys.map((key) => text[key]).find((each) => each !== undefined && each !== null);
    return Number.isSafeInteger(value) && (value as number) >= 1 ? (value as number) : undefined;
  };
  const queries = count("num_attention_heads", "n_head");
  const width = count("hidden_size", "n_embd");
  return {
    heads: count("num_key_value_heads") ?? queries,
    headSize: count("head_dim") ?? (queries && width && width % queries === 0 ? width / queries : undefined),
  };
}
