import type { DecoderPlugin } from "@decodekit/core";
import { beamPlugin } from "./beam/beam-plugin.ts";
import { bestOfNPlugin, selfConsistencyPlugin } from "./samples/sampling-plugins.ts";
import { thinkFirstPlugin } from "./stages/think-first-plugin.ts";

const plugins: readonly DecoderPlugin<"causal">[] = [beamPlugin, bestOfNPlugin, selfConsistencyPlugin, thinkFirstPlugin];

export default plugins;
