import { type DecoderPlugin, type PluginOption, type PluginOptionValues, resolveOptions } from "@decodekit/core";
import { arCritic, arCriticOptions } from "./ar-critic.ts";
import { arThenRefine, arThenRefineOptions } from "./ar-then-refine.ts";
import { confidenceCascade, confidenceCascadeOptions } from "./confidence-cascade.ts";

const temperature: PluginOption = { type: "number", help: "0 chooses the most likely tokens", default: 0, minimum: 0 };

const steps = (help: string): PluginOption => ({ type: "integer", help, default: 1, minimum: 1 });

/** A plugin whose `create` uses the plugin's name in errors. */
function hybrid(plugin: DecoderPlugin<"causal" | "masked">): DecoderPlugin<"causal" | "masked"> {
  return {
    ...plugin,
    create(values: PluginOptionValues) {
      resolveOptions<object, object>(plugin.name, values, plugin.options);
      return plugin.create(values);
    },
  };
}

/** The decoders that use a causal and a masked model. */
export const hybridPlugins: readonly DecoderPlugin<"causal" | "masked">[] = [
  hybrid({
    name: "ar-critic",
    title: "Causal critic",
    description: "Fills a block at once and remasks tokens that the causal model finds unlikely",
    requires: ["causal", "masked"],
    options: { ...arCriticOptions, steps: steps("Passes of one fill"), temperature },
    presets: [{}],
    create: arCritic,
  }),
  hybrid({
    name: "ar-then-refine",
    title: "Draft, then refine",
    description: "Writes left to right, then replaces the least likely tokens if that makes the text more likely",
    requires: ["causal", "masked"],
    options: { ...arThenRefineOptions, steps: steps("Passes of one revision"), temperature },
    presets: [{}],
    create: arThenRefine,
  }),
  hybrid({
    name: "confidence-cascade",
    title: "Confidence cascade",
    description: "Fills several positions at once where the model is confident, and decodes left to right elsewhere",
    requires: ["causal", "masked"],
    options: {
      ...confidenceCascadeOptions,
      steps: steps("Maximum passes over the canvas per token that is decoded left to right"),
      temperature,
    },
    presets: [{ threshold: 0.5 }],
    create: confidenceCascade,
  }),
];
