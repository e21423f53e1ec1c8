import {
  type CausalModel,
  type Drafter,
  type DraftContext,
  type DraftSession,
  greedySampler,
  objectOption,
  type OptionDefinition,
  resolveOptions,
  type ResolvedOptions,
  type Sampler,
  type Tokenizer,
  VocabularyMismatchError,
} from "@decodekit/core";
import { GrowingSequence, SAMPLER_OPTION } from "@decodekit/core/toolkit";
import { draftThroughText, type DraftTokenizers } from "./cross-tokenizer-draft.ts";
import { draftCache, draftTokens } from "./draft-model-steps.ts";

export interface DraftModelOptions {
  /**
   * How the draft's tokens are chosen. @defaultValue the sampler of the target, which is accepted most often; with `tokenizers`
   * greedySampler, since other samplers may depend on token ids
   */
  readonly sampler?: Sampler | undefined;
  /**
   * Ends a draft once the probability of all its tokens falls below this, in [0, 1], under the draft model at temperature 1. The last
   * token is kept. @defaultValue 0
   */
  readonly minProbability?: number | undefined;
  /**
   * Both tokenizers, for a draft model whose tokenizer differs from the target's. Drafts are then converted through text and have no
   * probabilities. @defaultValue none: the models share a vocabulary
   */
  readonly tokenizers?: DraftTokenizers | undefined;
}

const isTokenizer = (value: Tokenizer | null | undefined): boolean =>
  typeof value?.encode === "function" && typeof value.decode === "function";

const OPTIONS = {
  sampler: SAMPLER_OPTION,
  minProbability: {
    type: "number",
    help: "Ends a draft once the probability of all its tokens falls below this",
    default: 0,
    minimum: 0,
    maximum: 1,
  },
  tokenizers: objectOption("an object with two Tokenizers, target and draft", (value) => {
    return isTokenizer((value as DraftTokenizers | null)?.target) && isTokenizer((value as DraftTokenizers | null)?.draft);
  }),
} as const satisfies Readonly<Record<keyof DraftModelOptions, OptionDefinition>>;

/**
 * Creates a drafter that continues the text with the smaller model in role "draft", one pass per token. Its cache follows the output;
 * committed tokens that it has not read yet are part of its next pass. At the end of its context it proposes nothing.
 *
 * With `tokenizers`, the text so far is split into the draft model's tokens and its draft into the target's, as in "universal assisted
 * decoding" (Timor et al. 2025, arXiv:2502.05202, string-level exact match). Special tokens are not converted.
 * The decode throws VocabularyMismatchError if the two models do not share a vocabulary and `tokenizers` is missing.
 * @throws InvalidOptionError for an invalid option.
 */
export function draftModel(options: DraftModelOptions = {}): Drafter<"draft"> {
  const resolved = resolveOptions("draftModel", options, OPTIONS);
  return {
    name: "draft-model",
    requires: ["draft"],
    draftKind: options.tokenizers ? "tokens" : "probabilities",
    start: async (context) => startDrafts(context, resolved),
  };
}

async function startDrafts(
  context: DraftContext<"draft">,
  { sampler, minProbability, tokenizers }: ResolvedOptions<DraftModelOptions, typeof OPTIONS>,
): Promise<DraftSession> {
  const { contextLength } = context.models.draft;
  if (tokenizers) {
    const settings = { sampler: sampler ?? greedySampler, minProbability, contextLength };
    return draftThroughText(await draftCache(context), context.prompt, { ...settings, tokenizers });
  }
  checkVocabulary(context.models.draft, context);
  const sequence = new GrowingSequence(context.prompt);
  const cache = await draftCache(context);
  const { stopTokens, usesProbabilities } = context;
  const settings = { sampler: sampler ?? context.sampler, minProbability, usesProbabilities, stopTokens, contextLength };
  return {
    observe: ({ tokens }) => sequence.append(tokens),
    propose: (request) => draftTokens(cache, request, { ...settings, sequence }),
  };
}

function checkVocabulary({ vocabSize }: CausalModel, context: Pick<DraftContext, "vocabSize">): void {
  if (vocabSize === context.vocabSize) return;
  const advice = "Pass the tokenizers of both to draftModel(), or use a draft model that shares the tokenizer of its target.";
  throw new VocabularyMismatchError({ model: context.vocabSize, draft: vocabSize }, advice);
}
