import type { DecoderPlugin } from "@decodekit/core";
import { greedy, type GreedyOptions } from "./greedy.ts";

const plugin: DecoderPlugin<"causal"> = {
  name: "greedy",
  title: "Greedy",
  description: "Always the most likely next token",
  requires: ["causal"],
  options: {},
  presets: [{}],
  create: (options) => greedy(options as GreedyOptions),
};

export default plugin;
