import type { RefineOptions } from "../refine.ts";
import { redecide, type RedecideOptions } from "../revise/redecide.ts";
import { uniformPosterior } from "../revise/uniform-posterior.ts";
import { adaptive } from "../schedule/counts.ts";
import { entropyBound, type EntropyBoundOptions } from "../select/entropy-bound.ts";
import { randomOrder } from "../select/orders.ts";
import { checkNames, type PresetOptions } from "./preset-options.ts";

/**
 * Uniform diffusion in `steps` steps, see `uniformPosterior` (Austin et al. 2021, "D3PM", arXiv 2107.03006). Needs a model that was
 * trained on random tokens in place of masks. Defaults: one canvas of 128, temperature 1.
 * @throws InvalidOptionError for an unknown option.
 */
export function d3pm(options: PresetOptions = {}): RefineOptions {
  checkNames("d3pm", options);
  const { blockLength = 128, steps = blockLength, temperature = 1 } = options;
  return { select: randomOrder(), ...uniformPosterior(), blockLength, steps, temperature };
}

export interface DiffusionGemmaOptions extends PresetOptions, EntropyBoundOptions, RedecideOptions {}

/**
 * DiffusionGemma's sampler (transformers, models/diffusion_gemma): a canvas of random tokens, of which every step accepts those whose
 * entropies sum to at most `bound`, and makes the others random again, see `redecide`. Needs a model that was trained on random
 * tokens in place of masks. Defaults: canvases of 256, 48 steps, temperature from 0.8 to 0.4, bound 0.1.
 * @throws InvalidOptionError for an unknown option or one out of range.
 */
export function diffusionGemma(options: DiffusionGemmaOptions = {}): RefineOptions {
  checkNames("diffusionGemma", options, ["bound", "stabilityThreshold", "confidenceThreshold"]);
  const { blockLength = 256, steps = 48, temperature = { first: 0.8, last: 0.4 }, bound, ...settling } = options;
  const revise = redecide({ stabilityThreshold: settling.stabilityThreshold, confidenceThreshold: settling.confidenceThreshold });
  return {
    select: entropyBound({ bound }),
    schedule: adaptive(),
    revise,
    noise: "uniform",
    scores: temperature === 0 ? "model" : "sampler",
    blockLength,
    steps,
    temperature,
  };
}
