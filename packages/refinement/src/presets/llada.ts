import { checkOptions, InvalidOptionError, integerBetween, oneOf } from "@decodekit/core";
import type { RefineOptions } from "../refine.ts";
import { editAbove } from "../revise/edit-above.ts";
import { adaptive, fixed } from "../schedule/counts.ts";
import { randomOrder } from "../select/orders.ts";
import { confidence } from "../select/ranked.ts";
import { threshold } from "../select/threshold.ts";
import { checkNames, type PresetOptions } from "./preset-options.ts";

export interface LladaOptions extends PresetOptions {
  /** "low-confidence" commits what the drawn tokens are most confident of, which is biased above temperature 0. @defaultValue "low-confidence" */
  readonly remasking?: "low-confidence" | "random" | undefined;
}

/**
 * LLaDA's `generate` (Nie et al. 2025, arXiv 2502.09992): equal counts per step, confidence of the drawn token by the model at
 * temperature 1, later blocks shown as masks. Defaults: blockLength 128, temperature 0. Its `steps` are for the whole
 * text; `blockPlan` turns them into steps per block.
 * @throws InvalidOptionError for an unknown option or remasking.
 */
export function llada(options: LladaOptions = {}): RefineOptions {
  checkNames("llada", options, ["remasking"]);
  const { remasking = "low-confidence", blockLength = 128, steps = blockLength, temperature = 0 } = options;
  const check = oneOf("low-confidence", "random");
  if (!check.accepts(remasking)) {
    throw new InvalidOptionError({ where: "llada", option: "remasking", expected: check.expected, actual: remasking });
  }
  const select = remasking === "random" ? randomOrder() : confidence({ orderBy: "sampled-probability" });
  return { select, schedule: fixed(), blockLength, steps, temperature, canvas: "rest" };
}

export interface BlockPlanOptions {
  /** Tokens to generate, a multiple of blockLength. */
  readonly length: number;
  readonly blockLength: number;
  /** Steps for the whole text, a multiple of the number of blocks. */
  readonly steps: number;
}

/**
 * LLaDA's division of a text into blocks of equal length with equally many steps: `blocks`, and `steps` for each.
 * @throws InvalidOptionError for an unknown option, one out of range, or where it does not come out even.
 */
export function blockPlan(options: BlockPlanOptions): { readonly blocks: number; readonly steps: number } {
  const where = "blockPlan";
  checkOptions(where, options, { length: integerBetween(1), blockLength: integerBetween(1), steps: integerBetween(1) });
  const { length, blockLength, steps } = options;
  const blocks = length / blockLength;
  if (!Number.isInteger(blocks))
    throw new InvalidOptionError({ where, option: "length", expected: `a multiple of blockLength ${blockLength}`, actual: length });
  if (!Number.isInteger(steps / blocks))
    throw new InvalidOptionError({ where, option: "steps", expected: `a multiple of the ${blocks} blocks`, actual: steps });
  return { blocks, steps: steps / blocks };
}

export interface Llada21Options extends PresetOptions {
  /** Confidence from which on an open position is committed. @defaultValue 0.95 */
  readonly threshold?: number | undefined;
  /** Probability above which another token replaces the one that stands. @defaultValue 0.9 */
  readonly editThreshold?: number | undefined;
  /** Most steps per block after nothing was open any more. @defaultValue 16 */
  readonly extraSteps?: number | undefined;
}

/**
 * LLaDA 2.1 (arXiv 2602.08676): commits above a threshold and edits what stands. Defaults: blockLength 32, temperature 0, steps
 * blockLength + extraSteps. Its published modes are 0.7 / 0.5 for quality and 0.5 without editing for speed.
 * @throws InvalidOptionError for an unknown option or one out of range.
 */
export function llada21(options: Llada21Options = {}): RefineOptions {
  checkNames("llada21", options, ["threshold", "editThreshold", "extraSteps"]);
  const { blockLength = 32, extraSteps = 16, steps = blockLength + extraSteps, temperature = 0 } = options;
  return {
    select: threshold({ threshold: options.threshold ?? 0.95, orderBy: "sampled-probability" }),
    schedule: adaptive(),
    revise: editAbove({ threshold: options.editThreshold, extraSteps }),
    blockLength,
    steps,
    temperature,
  };
}
