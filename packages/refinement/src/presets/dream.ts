import { InvalidOptionError, type PluginOption, resolveOptions } from "@decodekit/core";
import type { RefineOptions } from "../refine.ts";
import { temperatureOption } from "../refine-options.ts";
import { ancestral, linear } from "../schedule/counts.ts";
import { randomOrder } from "../select/orders.ts";
import { confidence, entropy, margin } from "../select/ranked.ts";
import { presetDefinitions, type PresetOptions } from "./preset-options.ts";

export interface DreamOptions extends PresetOptions {
  /** Dream's `alg`: "maskgit-plus" uses the drawn tokens, which is biased above temperature 0. @defaultValue "entropy" */
  readonly algorithm?: "origin" | "maskgit-plus" | "topk-margin" | "entropy" | undefined;
  /** Dream's `alg_temp`, > 0: draws positions by their score. Not for "origin". @defaultValue none */
  readonly orderTemperature?: number | undefined;
}

const algorithmOptions = {
  algorithm: {
    type: "string",
    help: "The order in which positions are committed",
    default: "entropy",
    choices: ["origin", "maskgit-plus", "topk-margin", "entropy"],
  },
  orderTemperature: {
    type: "number",
    help: "Draws the positions by their score",
    minimum: 0,
    exclusiveMinimum: true,
    ineffectiveWith: { algorithm: ["origin"] },
  },
} as const satisfies Readonly<Record<string, PluginOption>>;

export const dreamOptions = {
  ...presetDefinitions({ blockLength: 512, temperature: 0 }),
  ...algorithmOptions,
};

/**
 * Dream's `diffusion_generate` (Ye et al. 2025, arXiv 2508.15487): a grid of times from 1 to 0.001, and scores from the distribution
 * that tokens are drawn from. Defaults: one canvas of 512, temperature 0. For its `top_p`, replace `temperature` by a `sampler`.
 * @throws InvalidOptionError for an unknown or invalid option, or an orderTemperature without effect.
 */
export function dream(options: DreamOptions = {}): RefineOptions {
  const where = "dream";
  const resolved = resolveOptions(where, options, { ...dreamOptions, temperature: temperatureOption });
  const { algorithm, orderTemperature, blockLength, steps = blockLength, temperature = 0 } = resolved;
  if (algorithm === "origin" && orderTemperature !== undefined) {
    throw new InvalidOptionError({ where, option: "orderTemperature", expected: 'left out for "origin"', actual: orderTemperature });
  }
  const rules = {
    origin: () => ({ select: randomOrder(), schedule: ancestral({ epsilon: 0.001 }) }),
    "maskgit-plus": () => ({ select: confidence({ orderBy: "sampled-probability", orderTemperature }), schedule: linear() }),
    "topk-margin": () => ({ select: margin({ orderTemperature }), schedule: linear() }),
    entropy: () => ({ select: entropy({ orderTemperature }), schedule: linear() }),
  };
  return { ...rules[algorithm](), scores: temperature === 0 ? "model" : "sampler", blockLength, steps, temperature };
}
