import {
  type CausalModel,
  checkOptions,
  type Drafter,
  type DraftRun,
  type DraftSession,
  greedySampler,
  numberBetween,
  type OptionCheck,
  type Sampler,
  type Tokenizer,
  VocabularyMismatchError,
} from "@decodekit/core";
import { draftThroughText, type DraftTokenizers } from "./draft-through-text.ts";
import { draftCache, write } from "./draft-writing.ts";
import { sequenceOf } from "./sequence.ts";

export interface DraftModelOptions {
  /**
   * How the draft's tokens are chosen. @defaultValue the sampler of the target, which accepts most; greedySampler with `tokenizers`,
   * since another one may know tokens by their numbers
   */
  readonly sampler?: Sampler | undefined;
  /**
   * Ends a draft once its tokens together are less likely than this, in [0, 1], going by the draft model at temperature 1; the
   * token that made it so is kept. @defaultValue 0
   */
  readonly minProbability?: number | undefined;
  /**
   * For a draft model with another tokenizer than the target's: both tokenizers. Drafts then go through text, and come without
   * probabilities. @defaultValue none, the models share a vocabulary
   */
  readonly tokenizers?: DraftTokenizers | undefined;
}

const isTokenizer = (value: Tokenizer | null | undefined): boolean =>
  typeof value?.encode === "function" && typeof value.decode === "function";

const checks: Readonly<Record<keyof DraftModelOptions, OptionCheck>> = {
  sampler: {
    expected: "a Sampler, for example topPSampler()",
    accepts: (value) => typeof (value as Sampler | null)?.distribution === "function",
  },
  minProbability: numberBetween(0, 1),
  tokenizers: {
    expected: "an object with two Tokenizers, target and draft",
    accepts: (value) => isTokenizer((value as DraftTokenizers | null)?.target) && isTokenizer((value as DraftTokenizers | null)?.draft),
  },
};

/**
 * Makes the drafter that lets the smaller model in role "draft" write on, one pass per token. Its cache follows the output;
 * tokens that it has not read yet go into its next pass. At the end of its context it proposes nothing.
 *
 * With `tokenizers` it reads the text so far in its own tokens and what it writes is split into the target's, as in "universal
 * assisted decoding" (Timor et al. 2025, arXiv:2502.05202, string-level exact match). Special tokens do not go through text.
 * Throws VocabularyMismatchError in the decode when the two models do not share a vocabulary and no `tokenizers` are given.
 * @throws InvalidOptionError for an option that is wrong.
 */
export function draftModel(options: DraftModelOptions = {}): Drafter<"draft"> {
  checkOptions("draftModel", options, checks);
  return {
    name: "draft-model",
    requires: ["draft"],
    gives: options.tokenizers ? "tokens" : "probabilities",
    start: async (run) => startDrafts(run, options),
  };
}

async function startDrafts(run: DraftRun<"draft">, { sampler, minProbability = 0, tokenizers }: DraftModelOptions): Promise<DraftSession> {
  const { contextLength } = run.models.draft;
  if (tokenizers) {
    const settings = { sampler: sampler ?? greedySampler, minProbability, contextLength };
    return draftThroughText(await draftCache(run), run.prompt, { ...settings, tokenizers });
  }
  checkVocabulary(run.models.draft, run);
  const sequence = sequenceOf(run.prompt);
  const cache = await draftCache(run);
  const { stopTokens, usesProbabilities } = run;
  const settings = { sampler: sampler ?? run.sampler, minProbability, usesProbabilities, stopTokens, contextLength };
  return {
    observe: ({ tokens }) => sequence.append(tokens),
    propose: (request) => write(cache, request, { ...settings, sequence, promptLength: run.prompt.length }),
  };
}

function checkVocabulary({ vocabSize }: CausalModel, run: Pick<DraftRun, "vocabSize">): void {
  if (vocabSize === run.vocabSize) return;
  const advice = "Give draftModel() the tokenizers of both, or use a draft model that shares the tokenizer of its target.";
  throw new VocabularyMismatchError({ model: run.vocabSize, draft: vocabSize }, advice);
}
