import { InvalidOptionError, oneOf } from "@decodekit/core";
import type { RefineOptions } from "../refine.ts";
import { ancestral, linear } from "../schedule/counts.ts";
import { randomOrder } from "../select/orders.ts";
import { confidence, entropy, margin } from "../select/ranked.ts";
import { checkNames, type PresetOptions } from "./preset-options.ts";

export interface DreamOptions extends PresetOptions {
  /** Dream's `alg`: "maskgit-plus" looks at drawn tokens, which is biased above temperature 0. @defaultValue "entropy" */
  readonly algorithm?: "origin" | "maskgit-plus" | "topk-margin" | "entropy" | undefined;
  /** Dream's `alg_temp`, > 0: positions are drawn by their score. Not for "origin". @defaultValue none */
  readonly orderTemperature?: number | undefined;
}

/**
 * Dream's `diffusion_generate` (Ye et al. 2025, arXiv 2508.15487): a grid of times from 1 to 0.001, scores from the distribution
 * that tokens are drawn from. Defaults: one canvas of 512, temperature 0. For its `top_p`, spread it with a `sampler` in
 * place of `temperature`.
 * @throws InvalidOptionError for an unknown option or algorithm, or an orderTemperature without effect.
 */
export function dream(options: DreamOptions = {}): RefineOptions {
  const where = "dream";
  checkNames(where, options, ["algorithm", "orderTemperature"]);
  const { algorithm = "entropy", orderTemperature, blockLength = 512, steps = blockLength, temperature = 0 } = options;
  const check = oneOf("origin", "maskgit-plus", "topk-margin", "entropy");
  if (!check.accepts(algorithm)) throw new InvalidOptionError({ where, option: "algorithm", expected: check.expected, actual: algorithm });
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
