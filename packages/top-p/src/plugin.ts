import type { DecoderPlugin } from "@decodekit/core";
import { topP } from "./top-p.ts";

const plugin: DecoderPlugin<"causal"> = {
  name: "top-p",
  title: "Top-p",
  description: "Draws from the likeliest tokens that together reach probability p",
  requires: ["causal"],
  options: {
    p: {
      type: "number",
      help: "Probability that the tokens to draw from reach together; 1 cuts nothing off",
      default: 0.95,
      minimum: 0,
      exclusiveMinimum: true,
      maximum: 1,
    },
    temperature: {
      type: "number",
      help: "Flattens the distribution above 1, sharpens it below; 0 is greedy and takes no p",
      default: 1,
      minimum: 0,
    },
  },
  presets: [
    { p: 0.9, temperature: 0.8 },
    { p: 0.95, temperature: 1 },
  ],
  create: (options) => topP(options),
};

export default plugin;
