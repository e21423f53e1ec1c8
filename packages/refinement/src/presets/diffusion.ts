import { resolveOptions } from "@decodekit/core";
import type { RefineOptions } from "../refine.ts";
import { temperatureOption } from "../refine-options.ts";
import { remaskLeastConfident } from "../revise/mask-predict.ts";
import { remasking, type RemaskingOptions, remaskingOptions } from "../revise/remdm.ts";
import { allAtOnce, ancestral } from "../schedule/counts.ts";
import { randomOrder } from "../select/orders.ts";
import { presetDefinitions, type PresetOptions } from "./preset-options.ts";

export const mdlmOptions = presetDefinitions({ blockLength: 128, temperature: 1 });

/**
 * The ancestral sampler of MDLM (Sahoo et al. 2024, arXiv 2406.07524) with its cache: a step that commits nothing needs no pass.
 * Unbiased up to the number of steps. Defaults: one canvas of 128, temperature 1.
 * @throws InvalidOptionError for an unknown or invalid option.
 */
export function mdlm(options: PresetOptions = {}): RefineOptions {
  const resolved = resolveOptions("mdlm", options, { ...mdlmOptions, temperature: temperatureOption });
  const { blockLength, steps = blockLength, temperature = 1 } = resolved;
  return { select: randomOrder(), schedule: ancestral(), blockLength, steps, temperature };
}

export interface RemdmOptions extends PresetOptions, RemaskingOptions {}

export const remdmOptions = {
  ...presetDefinitions({ blockLength: 128, temperature: 1 }),
  ...remaskingOptions,
};

/**
 * ReMDM (Wang et al. 2025, arXiv 2503.00307): MDLM with remasking. Defaults: one canvas of 128, temperature 1, variant "cap". For its
 * nucleus of 0.9, add a `sampler`.
 * @throws InvalidOptionError for an unknown or invalid option, or one without effect for the variant.
 */
export function remdm(options: RemdmOptions = {}): RefineOptions {
  const resolved = resolveOptions("remdm", options, { ...remdmOptions, temperature: temperatureOption });
  const { blockLength, steps = blockLength, temperature = 1 } = resolved;
  const { variant, eta, timeOn, timeOff, alphaOn } = options;
  return { select: randomOrder(), ...remasking({ variant, eta, timeOn, timeOff, alphaOn }), blockLength, steps, temperature };
}

const MASK_PREDICT_STEPS = 10;

export const maskPredictOptions = presetDefinitions({
  blockLength: 32,
  temperature: 0,
  steps: String(MASK_PREDICT_STEPS),
});

/**
 * Mask-Predict (Ghazvininejad et al. 2019, arXiv 1904.09324): predicts all positions, then repeatedly the least certain ones.
 * Defaults: blocks of 32, 10 steps, temperature 0.
 * @throws InvalidOptionError for an unknown or invalid option.
 */
export function maskPredict(options: PresetOptions = {}): RefineOptions {
  const resolved = resolveOptions("maskPredict", options, { ...maskPredictOptions, temperature: temperatureOption });
  const { blockLength, steps = MASK_PREDICT_STEPS, temperature = 0 } = resolved;
  return { schedule: allAtOnce(), revise: remaskLeastConfident(), blockLength, steps, temperature };
}
