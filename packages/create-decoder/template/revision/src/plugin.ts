import type { DecoderPlugin } from "@decodekit/core";
import { refine, threshold } from "@decodekit/refinement";
import { myStrategy } from "./my-strategy.ts";
import { options } from "./options.ts";

/** Describes the decoder to the command and the app. */
const plugin: DecoderPlugin<"masked"> = {
  name: "my-strategy",
  title: "My strategy",
  description: "Iterative refinement that takes the least likely token back",
  requires: ["masked"],
  options,
  presets: [{}],
  create: (given) => refine({ select: threshold(), revise: myStrategy(given), blockLength: 8 }),
};
export default plugin;
