import type { DecoderPlugin } from "@decodekit/core";
import { refine } from "@decodekit/refinement";
import { myStrategy } from "./my-strategy.ts";
import { options } from "./options.ts";

/** Describes the decoder to the command and the app. */
const plugin: DecoderPlugin<"masked"> = {
  name: "my-strategy",
  title: "My strategy",
  description: "Iterative refinement that commits what is likely enough",
  requires: ["masked"],
  options,
  presets: [{}],
  create: (given) => refine({ select: myStrategy(given), blockLength: 8 }),
};
export default plugin;
