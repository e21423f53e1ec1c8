import type { DecoderPlugin } from "@decodekit/core";
import { speculative } from "@decodekit/speculative";
import { copyEdits } from "./copy-edits.ts";
import { options } from "./options.ts";

/** Describes the decoder to the command and the app. */
const plugin: DecoderPlugin<"causal"> = {
  name: "copy-edits",
  title: "Copy with edits",
  description: "Speculative decoding that copies an earlier text and keeps its place across edits",
  requires: ["causal"],
  options,
  presets: [{}],
  create: (given) => speculative({ drafter: copyEdits(given), draftLength: 6 }),
};
export default plugin;
