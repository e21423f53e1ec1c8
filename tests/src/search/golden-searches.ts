/// <reference types="node" />
import { readFileSync } from "node:fs";
import type { BeamSearchOptions } from "@decodekit/search";

/** A search of transformers, see golden/make_beam_goldens.py. */
export interface GoldenSearch {
  readonly prompt: readonly number[];
  readonly stopTokens: readonly number[];
  readonly newTokens: number;
  readonly options: BeamSearchOptions;
  /** The best first. */
  readonly hypotheses: readonly { readonly tokens: readonly number[]; readonly finishReason: string; readonly score: number }[];
}

interface StoredSearch extends Omit<GoldenSearch, "options"> {
  readonly options: {
    readonly num_beams: number;
    readonly length_penalty: number;
    readonly early_stopping: boolean | "never";
    readonly num_beam_groups?: number;
    readonly diversity_penalty?: number;
  };
}

/** Reads the searches of a file in the folder golden. */
export function goldenSearches(file: string): readonly GoldenSearch[] {
  const stored = JSON.parse(readFileSync(new URL(`../../../packages/search/golden/${file}`, import.meta.url), "utf8")) as {
    readonly cases: StoredSearch[];
  };
  return stored.cases.map(({ options, ...rest }) => ({
    ...rest,
    options: {
      beams: options.num_beams,
      lengthPenalty: options.length_penalty,
      earlyStopping: options.early_stopping,
      groups: options.num_beam_groups,
      diversityPenalty: options.diversity_penalty,
    },
  }));
}
