import type { DecoderPlugin } from "@decodekit/core";
import { myStrategy } from "./my-strategy.ts";
import { options } from "./options.ts";

/** Describes the decoder to the command and the app. */
const plugin: DecoderPlugin<"causal"> = {
  name: "my-strategy",
  title: "My strategy",
  description: "Greedy decoding that guesses one token ahead",
  requires: ["causal"],
  options,
  presets: [{}],
  create: (given) => myStrategy(given),
};
export default plugin;
