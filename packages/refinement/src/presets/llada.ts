import { InvalidOptionError, type PluginOption, resolveOptions } from "@decodekit/core";
import type { RefineOptions } from "../refine.ts";
import { temperatureOption } from "../refine-options.ts";
import { editAbove, editAboveOptions } from "../revise/edit-above.ts";
import { adaptive, fixed } from "../schedule/counts.ts";
import { randomOrder } from "../select/orders.ts";
import { confidence } from "../select/ranked.ts";
import { threshold, thresholdOptions } from "../select/threshold.ts";
import { presetDefinitions, type PresetOptions } from "./preset-options.ts";

export interface LladaOptions extends PresetOptions {
  /** "low-confidence" commits the drawn tokens of highest confidence: biased above temperature 0. @defaultValue "low-confidence" */
  readonly remasking?: "low-confidence" | "random" | undefined;
}

const orderOptions = {
  remasking: {
    type: "string",
    help: "The order in which positions are committed",
    default: "low-confidence",
    choices: ["low-confidence", "random"],
  },
} as const satisfies Readonly<Record<string, PluginOption>>;

export const lladaOptions = {
  ...presetDefinitions({ blockLength: 128, temperature: 0 }),
  ...orderOptions,
};

/**
 * LLaDA's `generate` (Nie et al. 2025, arXiv 2502.09992): equal counts per step, confidence of the drawn token under the model at
 * temperature 1, later blocks shown as masks. Defaults: blockLength 128, temperature 0. Its `steps` are for the whole text; `blockPlan`
 * turns them into steps per block.
 * @throws InvalidOptionError for an unknown or invalid option.
 */
export function llada(options: LladaOptions = {}): RefineOptions {
  const resolved = resolveOptions("llada", options, { ...lladaOptions, temperature: temperatureOption });
  const { remasking, blockLength, steps = blockLength, temperature = 0 } = resolved;
  const select = remasking === "random" ? randomOrder() : confidence({ orderBy: "sampled-probability" });
  return { select, schedule: fixed(), blockLength, steps, temperature, canvas: "remaining" };
}

export interface BlockPlanOptions {
  /** Tokens to generate, a multiple of blockLength. */
  readonly length: number;
  readonly blockLength: number;
  /** Steps for the whole text, a multiple of the number of blocks. */
  readonly steps: number;
}

const count = { type: "integer", minimum: 1, required: true } as const;

const BLOCK_PLAN = {
  length: { ...count, help: "Tokens to generate, a multiple of blockLength" },
  blockLength: { ...count, help: "Tokens per block" },
  steps: { ...count, help: "Steps for the whole text, a multiple of the number of blocks" },
} as const;

/**
 * LLaDA's division of a text into `blocks` of equal length, each with the same number of `steps`.
 * @throws InvalidOptionError for an unknown or invalid option, or if the division leaves a remainder.
 */
export function blockPlan(options: BlockPlanOptions): { readonly blocks: number; readonly steps: number } {
  const where = "blockPlan";
  const { length, blockLength, steps } = resolveOptions(where, options, BLOCK_PLAN);
  const blocks = length / blockLength;
  if (!Number.isInteger(blocks))
    throw new InvalidOptionError({ where, option: "length", expected: `a multiple of blockLength ${blockLength}`, actual: length });
  if (!Number.isInteger(steps / blocks))
    throw new InvalidOptionError({ where, option: "steps", expected: `a multiple of the ${blocks} blocks`, actual: steps });
  return { blocks, steps: steps / blocks };
}

export interface Llada21Options extends PresetOptions {
  /** Confidence at which an open position is committed. @defaultValue 0.95 */
  readonly threshold?: number | undefined;
  /** Probability above which another token replaces the current one. @defaultValue 0.9 */
  readonly editThreshold?: number | undefined;
  /** Maximum steps per block after every position is filled. @defaultValue 16 */
  readonly extraSteps?: number | undefined;
}

const editOptions = {
  threshold: { ...thresholdOptions.threshold, default: 0.95 },
  editThreshold: editAboveOptions.threshold,
  extraSteps: editAboveOptions.extraSteps,
} as const;

export const llada21Options = {
  ...presetDefinitions({ blockLength: 32, temperature: 0, steps: "extraSteps more than one per position" }),
  ...editOptions,
};

/**
 * LLaDA 2.1 (arXiv 2602.08676): commits above a threshold and edits committed tokens. Defaults: blockLength 32, temperature 0, steps
 * blockLength + extraSteps. Its published modes are 0.7 / 0.5 for quality and 0.5 without editing for speed.
 * @throws InvalidOptionError for an unknown or invalid option.
 */
export function llada21(options: Llada21Options = {}): RefineOptions {
  const resolved = resolveOptions("llada21", options, { ...llada21Options, temperature: temperatureOption });
  const { blockLength, extraSteps, steps = blockLength + extraSteps, temperature = 0 } = resolved;
  return {
    select: threshold({ threshold: resolved.threshold, orderBy: "sampled-probability" }),
    schedule: adaptive(),
    revise: editAbove({ threshold: resolved.editThreshold, extraSteps }),
    blockLength,
    steps,
    temperature,
  };
}
