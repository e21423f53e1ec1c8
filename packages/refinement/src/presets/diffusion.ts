import type { RefineOptions } from "../refine.ts";
import { remaskLeastConfident } from "../revise/mask-predict.ts";
import { remasking, type RemaskingOptions } from "../revise/remdm.ts";
import { ancestral, everything } from "../schedule/counts.ts";
import { randomOrder } from "../select/orders.ts";
import { checkNames, type PresetOptions } from "./preset-options.ts";

/**
 * The ancestral sampler of MDLM (Sahoo et al. 2024, arXiv 2406.07524) with its cache: a step that commits nothing costs no pass.
 * Unbiased up to the number of steps. Defaults: one canvas of 128, temperature 1.
 * @throws InvalidOptionError for an unknown option.
 */
export function mdlm(options: PresetOptions = {}): RefineOptions {
  checkNames("mdlm", options);
  const { blockLength = 128, steps = blockLength, temperature = 1 } = options;
  return { select: randomOrder(), schedule: ancestral(), blockLength, steps, temperature };
}

export interface RemdmOptions extends PresetOptions, RemaskingOptions {}

/**
 * ReMDM (Wang et al. 2025, arXiv 2503.00307): MDLM that takes tokens back. Defaults: one canvas of 128, temperature 1, variant
 * "cap". Its nucleus of 0.9 is a `sampler` to spread in.
 * @throws InvalidOptionError for an unknown option, one out of range, or one that the variant has no use for.
 */
export function remdm(options: RemdmOptions = {}): RefineOptions {
  checkNames("remdm", options, ["variant", "eta", "timeOn", "timeOff", "alphaOn"]);
  const { blockLength = 128, steps = blockLength, temperature = 1, ...rest } = options;
  return { select: randomOrder(), ...remasking(rest), blockLength, steps, temperature };
}

/**
 * Mask-Predict (Ghazvininejad et al. 2019, arXiv 1904.09324): predicts everything, then again and again what was least certain.
 * Defaults: blocks of 32, 10 steps, temperature 0.
 * @throws InvalidOptionError for an unknown option.
 */
export function maskPredict(options: PresetOptions = {}): RefineOptions {
  checkNames("maskPredict", options);
  const { blockLength = 32, steps = 10, temperature = 0 } = options;
  return { schedule: everything(), revise: remaskLeastConfident(), blockLength, steps, temperature };
}
