import type { DecoderPlugin } from "@decodekit/core";
import greedy from "@decodekit/greedy/plugin";
import refinement from "@decodekit/refinement/plugin";
import samplers from "@decodekit/samplers/plugin";
import search from "@decodekit/search/plugin";
import speculative from "@decodekit/speculative/plugin";
import topP from "@decodekit/top-p/plugin";
import denoiseDraft from "./combined/denoise-draft.ts";

/** Every built-in strategy, in display order. Add new strategies here. */
export const builtInDecoders: readonly DecoderPlugin[] = [
  greedy,
  topP,
  ...samplers,
  ...search,
  ...speculative,
  denoiseDraft,
  ...refinement,
];
