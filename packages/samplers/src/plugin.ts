import type { DecoderPlugin } from "@decodekit/core";
import { samplePlugin } from "./plugins/sample.ts";
import { samplerPlugins } from "./plugins/sampler-plugins.ts";

const plugins: readonly DecoderPlugin<"causal">[] = [samplePlugin, ...samplerPlugins];

export default plugins;
