import { type DecoderPlugin, resolveOptions } from "@decodekit/core";
import { BEAM_PLUGIN_OPTIONS, type BeamSearchOptions } from "./beam-search-options.ts";
import { beamSearch } from "./beam-search.ts";

type Options = Omit<BeamSearchOptions, "earlyStopping"> & { readonly earlyStopping?: string };

export const beamPlugin: DecoderPlugin<"causal"> = {
  name: "beam",
  title: "Beam search",
  description: "Follows the likeliest beginnings side by side and returns the text with the best score",
  requires: ["causal"],
  options: BEAM_PLUGIN_OPTIONS,
  presets: [{ beams: 4 }],
  create(values) {
    const given: Options = values;
    const { earlyStopping } = resolveOptions<Options, typeof BEAM_PLUGIN_OPTIONS>("beamSearch", given, BEAM_PLUGIN_OPTIONS);
    return beamSearch({ ...given, earlyStopping: earlyStopping === "never" ? earlyStopping : earlyStopping === "true" });
  },
};
