import type { DecoderPlugin } from "@decodekit/core";
import { hybridPlugins } from "./hybrids/plugins.ts";
import { presetPlugins } from "./presets/plugins.ts";

/** One plugin per published rule of refinement, and the hybrids. */
const plugins: readonly DecoderPlugin[] = [...presetPlugins, ...hybridPlugins];

export default plugins;
