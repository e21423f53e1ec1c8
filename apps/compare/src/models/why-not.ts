import { findLack } from "@decodekit/compare";
import type { Decoder, DecoderPlugin, ModelCapabilities, PluginOptionValues } from "@decodekit/core";
import { texts } from "../texts/texts.ts";
import type { ModelFacts } from "./model-facts.ts";

/** Decoders whose masked model must predict a token without seeing it, which only graphs with a mask input do. */
const LEAVING_ONE_OUT: ReadonlySet<string> = new Set(["wino"]);

const EVERYTHING: ModelCapabilities = { rewind: true, fork: true, tree: true };

/**
 * Returns why a model cannot run the decoder of `plugin` with `options`, in words that follow its name; undefined if it can, or if that is not
 * known yet. Options decide too: a drafter may need another model.
 */
export function whyNot(plugin: DecoderPlugin, facts: ModelFacts, options: PluginOptionValues = {}): string | undefined {
  const decoder = decoderOf(plugin, options);
  const { roles, capabilities = EVERYTHING, hasDraft } = facts;
  const has = (role: "causal" | "masked"): boolean => roles === undefined || roles.includes(role);
  const lack = findLack(
    {
      ...(has("causal") && { causal: { capabilities } }),
      ...(has("masked") && { masked: true }),
      ...(hasDraft && { draft: true }),
    },
    decoder,
  );
  if (lack) return texts.models.whyNot[lack];
  const isMaskedOnly = roles !== undefined && !roles.includes("causal");
  return isMaskedOnly && LEAVING_ONE_OUT.has(plugin.name) ? texts.models.whyNot.leaveOneOut : undefined;
}

/** Invalid options are reported elsewhere; what the plugin needs is known without them. */
function decoderOf(plugin: DecoderPlugin, options: PluginOptionValues): Pick<Decoder, "requires" | "capabilities" | "draftHead"> {
  try {
    return plugin.create(options);
  } catch {
    return plugin;
  }
}
