import type { DecoderPlugin } from "@decodekit/core";
import { autoregressive, greedySampler } from "@decodekit/core";
import { processedSampler } from "@decodekit/core/toolkit";
import { myStrategy } from "./my-strategy.ts";
import { options } from "./options.ts";

/** Describes the decoder to the command and the app. */
const plugin: DecoderPlugin<"causal"> = {
  name: "my-strategy",
  title: "My strategy",
  description: "Greedy decoding without the last tokens of the output",
  requires: ["causal"],
  options,
  presets: [{}],
  create: (given) => autoregressive({ name: "my-strategy", sampler: processedSampler(greedySampler, [myStrategy(given)]) }),
};
export default plugin;
