import { type DecoderPlugin, type PluginOption, resolveOptions } from "@decodekit/core";
import { denoiseDraft } from "@decodekit/refinement";
import { speculative } from "@decodekit/speculative";

const options = {
  draftLength: { type: "integer", minimum: 1, help: "Tokens per draft", default: 6 },
  steps: { type: "integer", minimum: 1, help: "Masked passes per draft", default: 2 },
} as const satisfies Readonly<Record<string, PluginOption>>;

type Options = { readonly [Name in keyof typeof options]?: number };

/** Combines the drafter of one package with the decoder of another, so it belongs to neither. */
const plugin: DecoderPlugin<"causal" | "masked"> = {
  name: "denoise-draft",
  title: "Denoised drafts",
  description: "Speculative decoding whose drafts are filled in several masked passes; the output equals that of greedy decoding",
  requires: ["causal", "masked"],
  options,
  presets: [{}],
  create(values) {
    const { draftLength, steps } = resolveOptions<Options, typeof options>("denoise-draft", values, options);
    return { ...speculative({ drafter: denoiseDraft({ steps }), draftLength }), name: "denoise-draft" };
  },
};

export default plugin;
