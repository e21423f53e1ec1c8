import type { DecoderPlugin } from "@decodekit/core";
import { speculative } from "@decodekit/speculative";
import { myStrategy } from "./my-strategy.ts";
import { options } from "./options.ts";

/** Describes the decoder to the command and the app. */
const plugin: DecoderPlugin<"causal"> = {
  name: "my-strategy",
  title: "My strategy",
  description: "Speculative decoding with guesses from the text so far",
  requires: ["causal"],
  options,
  presets: [{}],
  create: (given) => speculative({ drafter: myStrategy(given), draftLength: 4 }),
};
export default plugin;
