import type { DecoderPlugin } from "@decodekit/core";
import { topP, topPOptions } from "./top-p.ts";

const plugin: DecoderPlugin<"causal"> = {
  name: "top-p",
  title: "Top-p",
  description: "Samples from the most likely tokens that together reach probability p",
  requires: ["causal"],
  options: topPOptions,
  presets: [
    { p: 0.9, temperature: 0.8 },
    { p: 0.95, temperature: 1 },
  ],
  create: topP,
};

export default plugin;
