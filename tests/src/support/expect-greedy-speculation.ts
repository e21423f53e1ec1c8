import { type CausalModel, type Decoder, generate } from "@decodekit/core";
import type { OnnxLanguageModel } from "@decodekit/core/onnx";
import { greedy } from "@decodekit/greedy";
import { cascade, ddtree, draftModel, jacobi, lookahead, maskedDraft, promptLookup, speculative, suffix } from "@decodekit/speculative";
import { expectGreedyTokens } from "./expect-greedy.ts";

const DRAFTERS = {
  "prompt-lookup": () => speculative({ drafter: promptLookup(), draftLength: 4 }),
  suffix: () => speculative({ drafter: suffix(), draftLength: "auto" }),
  jacobi: () => speculative({ drafter: jacobi(), draftLength: 3 }),
  lookahead: () => speculative({ drafter: lookahead(), draftLength: 3 }),
  "masked-draft": () => speculative({ drafter: maskedDraft(), draftLength: 4 }),
  ddtree: () => speculative({ drafter: ddtree(), draftLength: 6 }),
  "draft-model": () => speculative({ drafter: draftModel(), draftLength: 4 }),
  cascade: () => speculative({ drafter: cascade({ drafters: [suffix(), maskedDraft()] }), draftLength: 4 }),
} satisfies Readonly<Record<string, () => Decoder>>;

type DrafterName = keyof typeof DRAFTERS;

/** Names of all drafters. */
export const EVERY_DRAFTER = Object.keys(DRAFTERS) as readonly DrafterName[];

export interface GreedySpeculation {
  readonly prompts: readonly string[];
  readonly newTokens: number;
  /** @defaultValue EVERY_DRAFTER */
  readonly drafters?: readonly DrafterName[];
}

/** Checks that speculation at temperature 0 returns greedy decoding's tokens; the first difference must be a near tie, and is printed. */
export async function expectGreedySpeculation(
  model: OnnxLanguageModel,
  draft: CausalModel,
  { prompts, newTokens, drafters = EVERY_DRAFTER }: GreedySpeculation,
): Promise<void> {
  for (const prompt of prompts) {
    const { tokens } = await generate(model, prompt, { decoder: greedy(), maxNewTokens: newTokens }).result;
    for (const name of drafters) await expectGreedyTokens({ ...model, draft }, prompt, [...tokens], DRAFTERS[name]());
  }
}
