import type { DecoderPlugin } from "@decodekit/core";
import { judgedTreePlugin } from "./judged-tree/plugin.ts";
import { speculativePlugin } from "./speculative-plugin.ts";

const plugins: readonly DecoderPlugin[] = [speculativePlugin, judgedTreePlugin];

export default plugins;
