import type { DecoderPlugin } from "@decodekit/core";
import { CONTRASTIVE_OPTIONS, contrastiveSearch } from "./contrastive-search.ts";

export const contrastivePlugin: DecoderPlugin<"causal"> = {
  name: "contrastive",
  title: "Contrastive search",
  description: "Takes likely tokens whose hidden states are unlike those before",
  requires: ["causal"],
  options: CONTRASTIVE_OPTIONS,
  // Models return hidden states only if they are loaded so: comparisons without chosen options leave it out.
  presets: [],
  create: contrastiveSearch,
};
