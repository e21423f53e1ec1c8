import type { DecoderPlugin } from "@decodekit/core";
import { beamPlugin } from "./beam/beam-plugin.ts";
import { contrastivePlugin } from "./contrastive/contrastive-plugin.ts";
import { bestOfNPlugin, selfConsistencyPlugin } from "./samples/sampling-plugins.ts";
import { thinkFirstPlugin } from "./stages/think-first-plugin.ts";

const plugins: readonly DecoderPlugin<"causal">[] = [beamPlugin, contrastivePlugin, bestOfNPlugin, selfConsistencyPlugin, thinkFirstPlugin];

export default plugins;
