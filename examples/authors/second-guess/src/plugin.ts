import type { DecoderPlugin } from "@decodekit/core";
import { secondGuess } from "./second-guess.ts";
import { options } from "./options.ts";

/** Describes the decoder to the command and the app. */
const plugin: DecoderPlugin<"causal"> = {
  name: "second-guess",
  title: "Second guess",
  description: "Greedy decoding that tries the second choice too where it is unsure, and keeps the likelier text",
  requires: ["causal"],
  options,
  presets: [{}],
  create: (given) => secondGuess(given),
};
export default plugin;
