import { checkOptions, type DecoderPlugin, integerBetween } from "@decodekit/core";
import { denoiseDraft } from "@decodekit/refinement";
import { speculative } from "@decodekit/speculative";

/** A drafter of one package in the decoder of another, so neither can offer it. */
const plugin: DecoderPlugin<"causal" | "masked"> = {
  name: "denoise-draft",
  title: "Denoised drafts",
  description: "Speculative decoding whose drafts are filled in several masked passes; the output is that of greedy decoding",
  requires: ["causal", "masked"],
  options: {
    draftLength: { type: "integer", minimum: 1, help: "Tokens per draft", default: 6 },
    steps: { type: "integer", minimum: 1, help: "Masked passes per draft", default: 2 },
  },
  presets: [{}],
  create(options) {
    checkOptions("denoise-draft", options, { draftLength: integerBetween(1), steps: integerBetween(1) });
    const { draftLength = 6, steps = 2 } = options as { readonly draftLength?: number; readonly steps?: number };
    return { ...speculative({ drafter: denoiseDraft({ steps }), draftLength }), name: "denoise-draft" };
  },
};

export default plugin;
