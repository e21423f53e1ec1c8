import type { DecoderPlugin } from "@decodekit/core";
import { refine } from "@decodekit/refinement";
import { pcOrder } from "./pc-order.ts";
import { options } from "./options.ts";

/** Describes the decoder to the command and the app. */
const plugin: DecoderPlugin<"masked"> = {
  name: "pc-order",
  title: "PC order",
  description: "Iterative refinement that commits confident positions, those near the start first",
  requires: ["masked"],
  options,
  presets: [{}],
  create: (given) => refine({ select: pcOrder(given), blockLength: 16 }),
};
export default plugin;
