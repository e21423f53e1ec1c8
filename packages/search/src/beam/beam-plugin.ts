import { type DecoderPlugin, type PluginOption, resolveOptions } from "@decodekit/core";
import { BEAM_NUMBERS, type BeamSearchOptions } from "./beam-search-options.ts";
import { beamSearch } from "./beam-search.ts";

/** The options of the decoder, where earlyStopping is text. */
const OPTIONS = {
  beams: BEAM_NUMBERS.beams,
  lengthPenalty: BEAM_NUMBERS.lengthPenalty,
  earlyStopping: {
    type: "string",
    help: "When to end with as many finished texts as beams: true at once, false when the best beam is no better, never when none can become better",
    default: "false",
    choices: ["true", "false", "never"],
  },
  groups: BEAM_NUMBERS.groups,
  diversityPenalty: BEAM_NUMBERS.diversityPenalty,
} as const satisfies Readonly<Record<keyof BeamSearchOptions, PluginOption>>;

type Options = Omit<BeamSearchOptions, "earlyStopping"> & { readonly earlyStopping?: string };

export const beamPlugin: DecoderPlugin<"causal"> = {
  name: "beam",
  title: "Beam search",
  description: "Follows the likeliest beginnings side by side and returns the text with the best score",
  requires: ["causal"],
  options: OPTIONS,
  presets: [{ beams: 4 }],
  create(values) {
    const given: Options = values;
    const { earlyStopping } = resolveOptions<Options, typeof OPTIONS>("beamSearch", given, OPTIONS);
    return beamSearch({ ...given, earlyStopping: earlyStopping === "never" ? earlyStopping : earlyStopping === "true" });
  },
};
