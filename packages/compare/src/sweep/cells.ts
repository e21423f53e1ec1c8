import type { PluginOptionValues } from "@decodekit/core";
import { digestOf } from "./digest.ts";
import type { Plan, PlannedPrompt } from "./plan.ts";

/** All that the outcome of one run depends on. */
export interface CellContent {
  /** SHA-256 of the files of the model and of the draft model, see `modelDigest`; null without a draft model. */
  readonly model: string;
  readonly draft: string | null;
  /** The decoder with every option that has an effect. */
  readonly decoder: string;
  readonly options: PluginOptionValues;
  /** SHA-256 of the prompt's text. */
  readonly prompt: string;
  readonly seed: number;
  readonly maxNewTokens: number;
  readonly execution: Plan["execution"];
  /** Versions of the packages that compute it, see `codeVersions`. */
  readonly versions: string;
}

/** One run of a sweep. */
export interface Cell {
  /** "c" and the SHA-256 of its content: the same in every plan, on every machine. */
  readonly key: string;
  readonly content: CellContent;
  /** The decoder as the plan names it, and the prompt. */
  readonly specification: string;
  readonly prompt: PlannedPrompt;
}

/** What a plan's cells have in common, and its decoders. */
export interface ResolvedPlan {
  readonly plan: Plan;
  readonly model: string;
  readonly versions: string;
  readonly decoders: readonly ResolvedDecoder[];
}

export interface ResolvedDecoder {
  /** As the plan names it. */
  readonly specification: string;
  readonly name: string;
  readonly options: PluginOptionValues;
  /** SHA-256 of the draft model's files, if the decoder requires one. */
  readonly draft: string | null;
}

/** Returns the key of a cell with this content. */
export function cellKey(content: CellContent): string {
  return `c${digestOf(content)}`;
}

/** Yields the cells of a plan one by one, so that a plan of millions needs no memory: all decoders and seeds of a prompt, then the next prompt. */
export function* cellsOf({ plan, model, versions, decoders }: ResolvedPlan): Generator<Cell, void, void> {
  const { seeds, maxNewTokens, execution } = plan;
  for (const prompt of plan.prompts) {
    const text = digestOf(prompt.text);
    for (const seed of seeds) {
      for (const { specification, name, options, draft } of decoders) {
        const content: CellContent = { model, draft, decoder: name, options, prompt: text, seed, maxNewTokens, execution, versions };
        yield { key: cellKey(content), content, specification, prompt };
      }
    }
  }
}
