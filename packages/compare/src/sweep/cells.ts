import type { PluginOptionValues } from "@decodekit/core";
import { digestOf } from "./digest.ts";
import type { Plan, PlannedPrompt } from "./plan.ts";

/** All that the outcome of one run depends on. */
export interface CellContent {
  /** SHA-256 of the model's files. */
  readonly model: string;
  /** SHA-256 of the files of the draft model and of the draft head; null for a decoder that uses neither. */
  readonly draft: string | null;
  readonly decoder: string;
  /** Every option that has an effect. */
  readonly options: PluginOptionValues;
  /** SHA-256 of the module that the decoder comes from; null for a built-in one. */
  readonly plugin: string | null;
  /** The text. */
  readonly prompt: string;
  readonly seed: number;
  readonly maxNewTokens: number;
  readonly execution: Plan["execution"];
  /** The packages that compute it, see `codeVersions`. */
  readonly versions: string;
}

/** One run of a sweep. */
export interface Cell {
  /** "c" and the SHA-256 of its content: the same in every plan and on every machine. */
  readonly key: string;
  readonly content: CellContent;
  /** The decoder as the plan names it. */
  readonly specification: string;
  readonly promptId: string;
}

/** A decoder of a plan, and what it is made of. */
export interface ResolvedDecoder {
  /** As the plan names it. */
  readonly specification: string;
  readonly name: string;
  readonly options: PluginOptionValues;
  readonly plugin: string | null;
  /** Whether it uses the draft model or the draft head. */
  readonly usesDraft: boolean;
}

/** A plan with the digests of what it names: all that its cells depend on. */
export interface ResolvedPlan {
  readonly plan: Plan;
  readonly model: string;
  /** Null if no decoder uses one. */
  readonly draft: string | null;
  readonly versions: string;
  readonly decoders: readonly ResolvedDecoder[];
}

/** Returns the key of a cell with this content. */
export function cellKey(content: CellContent): string {
  return `c${digestOf(content)}`;
}

/**
 * Yields the cells of a plan one by one, so that a plan of millions needs no memory: every decoder on a prompt with a seed, then the next
 * seed, then the next prompt.
 */
export function* cellsOf(resolved: ResolvedPlan): Generator<Cell, void, void> {
  const count = cellCount(resolved.plan);
  for (let index = 0; index < count; index++) yield cellAt(resolved, index);
}

/** Returns the cell at `index`, in [0, `cellCount`), of the order of `cellsOf`. */
export function cellAt(resolved: ResolvedPlan, index: number): Cell {
  const { plan, decoders } = resolved;
  const { prompts, seeds } = plan;
  const group = Math.floor(index / decoders.length);
  return cellOf(resolved, decoders[index % decoders.length]!, prompts[Math.floor(group / seeds.length)]!, seeds[group % seeds.length]!);
}

type Common = Pick<ResolvedPlan, "plan" | "model" | "draft" | "versions">;

function cellOf({ plan, model, draft, versions }: Common, decoder: ResolvedDecoder, prompt: PlannedPrompt, seed: number): Cell {
  const { maxNewTokens, execution } = plan;
  const { specification, name, options, plugin, usesDraft } = decoder;
  const content: CellContent = {
    model,
    draft: usesDraft ? draft : null,
    decoder: name,
    options,
    plugin,
    prompt: prompt.text,
    seed,
    maxNewTokens,
    execution,
    versions,
  };
  return { key: cellKey(content), content, specification, promptId: prompt.id };
}

/** Returns the number of cells of a plan. */
export function cellCount({ prompts, seeds, decoders }: Plan): number {
  return prompts.length * seeds.length * decoders.length;
}
