import { autoregressive, type DecoderPlugin, type PluginOption, resolveOptions } from "@decodekit/core";
import { processedSampler, temperatureSampler } from "@decodekit/core/toolkit";
import { smoothCurve } from "./smooth-curve.ts";
import { options } from "./options.ts";

const pluginOptions = {
  ...options,
  temperature: {
    type: "number",
    help: "Divides the logits after they are bent",
    default: 1,
    minimum: 0,
    exclusiveMinimum: true,
  },
} as const satisfies Readonly<Record<string, PluginOption>>;

/** Describes the decoder to the command and the app. */
const plugin: DecoderPlugin<"causal"> = {
  name: "smooth-curve",
  title: "Smooth curve",
  description: "Sampling from a row whose top is evened out and whose tail is pushed down",
  requires: ["causal"],
  options: pluginOptions,
  presets: [{}],
  create(given) {
    const { factor, curve, temperature } = resolveOptions(
      "smooth-curve",
      given as Partial<Record<keyof typeof pluginOptions, number>>,
      pluginOptions,
    );
    return autoregressive({
      name: "smooth-curve",
      sampler: processedSampler(temperatureSampler(temperature), [smoothCurve({ factor, curve })]),
    });
  },
};
export default plugin;
