import type { DecoderPlugin } from "@decodekit/core";
import greedy from "@decodekit/greedy/plugin";
import { hybridPlugins } from "@decodekit/refinement/hybrid-plugins";
import refine from "@decodekit/refinement/plugin";
import speculative from "@decodekit/speculative/plugin";
import topP from "@decodekit/top-p/plugin";
import denoiseDraft from "./combined/denoise-draft.ts";

/** Every strategy of decodekit, in the order in which they are shown. A new one is added here. */
export const builtInDecoders: readonly DecoderPlugin[] = [greedy, topP, speculative, denoiseDraft, refine, ...hybridPlugins];
