import type { DecodeStatistics } from "@decodekit/core";

/** What one text cost. */
export interface Cost {
  readonly promptTokens: number;
  /** Tokens of the prompt that were not read, since the prefix cache had them. */
  readonly cachedTokens: number;
  readonly statistics: DecodeStatistics;
  /** Tokens of the answer that are reasoning. */
  readonly reasoningTokens: number;
}

/** The member `usage` of an answer. */
export interface Usage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
  readonly prompt_tokens_details: { readonly cached_tokens: number };
  readonly completion_tokens_details: { readonly reasoning_tokens: number };
}

/** The member `decodekit` of an answer, beyond OpenAI's: how it was decoded. */
export interface DecodeReport {
  /** Name of the decoder. */
  readonly decoder: string;
  /** Seed of the first text; each further one has the next seed. */
  readonly seed: number;
  /** Passes of the model that answers. */
  readonly passes: number;
  readonly drafted: number;
  readonly accepted: number;
}

/** Returns the usage of an answer. `prompts`: the costs of all texts, prompt by prompt; each prompt counts once. */
export function usageOf(prompts: readonly (readonly Cost[])[]): Usage {
  const firsts = prompts.flatMap(([first]) => first ?? []);
  const all = prompts.flat();
  const promptTokens = sum(firsts, (cost) => cost.promptTokens);
  const completionTokens = sum(all, (cost) => cost.statistics.tokens);
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
    prompt_tokens_details: { cached_tokens: sum(firsts, (cost) => cost.cachedTokens) },
    completion_tokens_details: { reasoning_tokens: sum(all, (cost) => cost.reasoningTokens) },
  };
}

export function decodeReport(prompts: readonly (readonly Cost[])[], made: Pick<DecodeReport, "decoder" | "seed">): DecodeReport {
  const all = prompts.flat();
  return {
    ...made,
    passes: sum(all, (cost) => cost.statistics.targetPasses),
    drafted: sum(all, (cost) => cost.statistics.drafted),
    accepted: sum(all, (cost) => cost.statistics.accepted),
  };
}

function sum<Item>(items: readonly Item[], valueOf: (item: Item) => number): number {
  return items.reduce((total, item) => total + valueOf(item), 0);
}
