import { type PluginOption, resolveOptions } from "@decodekit/core";
import type { RefineOptions } from "../refine.ts";
import { temperatureOption } from "../refine-options.ts";
import { redecide, type RedecideOptions, redecideOptions } from "../revise/redecide.ts";
import { uniformPosterior } from "../revise/uniform-posterior.ts";
import { adaptive } from "../schedule/counts.ts";
import { entropyBound, type EntropyBoundOptions, entropyBoundOptions } from "../select/entropy-bound.ts";
import { randomOrder } from "../select/orders.ts";
import { presetDefinitions, type PresetOptions } from "./preset-options.ts";

export const d3pmOptions = presetDefinitions({ blockLength: 128, temperature: 1 });

/**
 * Uniform diffusion in `steps` steps; see `uniformPosterior` (Austin et al. 2021, "D3PM", arXiv 2107.03006). Requires a model that was
 * trained on random tokens instead of masks. Defaults: one canvas of 128, temperature 1.
 * @throws InvalidOptionError for an unknown or invalid option.
 */
export function d3pm(options: PresetOptions = {}): RefineOptions {
  const resolved = resolveOptions("d3pm", options, { ...d3pmOptions, temperature: temperatureOption });
  const { blockLength, steps = blockLength, temperature = 1 } = resolved;
  return { select: randomOrder(), ...uniformPosterior(), blockLength, steps, temperature };
}

export interface DiffusionGemmaOptions extends PresetOptions, EntropyBoundOptions, RedecideOptions {}

const STEPS = 48;
const { temperature: constant, ...common } = presetDefinitions({ blockLength: 256, temperature: 0, steps: String(STEPS) });

export const diffusionGemmaOptions = {
  ...common,
  temperature: { ...constant, help: "0 chooses the most likely tokens; by default it falls from 0.8 to 0.4", default: undefined },
  ...entropyBoundOptions,
  ...redecideOptions,
} as const satisfies Readonly<Record<keyof DiffusionGemmaOptions, PluginOption>>;

/**
 * DiffusionGemma's sampler (transformers, models/diffusion_gemma): starts from a canvas of random tokens. Every step commits the positions
 * of lowest entropy, up to a sum of `bound` nats, and redraws the others; see `redecide`. Requires a model that was trained on random
 * tokens instead of masks. Defaults: canvases of 256, 48 steps, temperature from 0.8 to 0.4, bound 0.1.
 * @throws InvalidOptionError for an unknown or invalid option.
 */
export function diffusionGemma(options: DiffusionGemmaOptions = {}): RefineOptions {
  const resolved = resolveOptions("diffusionGemma", options, { ...diffusionGemmaOptions, temperature: temperatureOption });
  const { blockLength, steps = STEPS, temperature = { first: 0.8, last: 0.4 }, bound, stabilityThreshold, confidenceThreshold } = resolved;
  return {
    select: entropyBound({ bound }),
    schedule: adaptive(),
    revise: redecide({ stabilityThreshold, confidenceThreshold }),
    noise: "uniform",
    scores: temperature === 0 ? "model" : "sampler",
    blockLength,
    steps,
    temperature,
  };
}
