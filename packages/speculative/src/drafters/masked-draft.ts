import { type Drafter, resolveOptions, type Sampler } from "@decodekit/core";
import { GrowingSequence, SAMPLER_OPTION } from "@decodekit/core/toolkit";
import { maskedMarginals } from "./masked-marginals.ts";
import { drawFromMarginals } from "./draw-from-marginals.ts";

export interface MaskedDraftOptions {
  /** How the draft's tokens are chosen. @defaultValue the sampler of the target, which is accepted most often */
  readonly sampler?: Sampler | undefined;
}

const OPTIONS = { sampler: SAMPLER_OPTION } as const;

/**
 * Creates a drafter that predicts all tokens in one pass of the model in role "masked", over the last token and as many masks. Each token
 * is drawn from the marginal of its position, which is known before any of them is drawn, so that "ratio" and "block" are exact.
 * The decode throws VocabularyMismatchError if the two models do not share a vocabulary.
 * @throws InvalidOptionError for an invalid option.
 */
export function maskedDraft(options: MaskedDraftOptions = {}): Drafter<"masked"> {
  resolveOptions("maskedDraft", options, OPTIONS);
  return {
    name: "masked-draft",
    requires: ["masked"],
    draftKind: "probabilities",
    async start(context) {
      const sampler = options.sampler ?? context.sampler;
      const needsProbabilities = context.usesProbabilities;
      const sequence = new GrowingSequence(context.prompt);
      const marginals = await maskedMarginals(context);
      return {
        observe: ({ tokens }) => sequence.append(tokens),
        async *propose({ max, random }) {
          const rows = yield* marginals.after(sequence, max);
          return await drawFromMarginals(rows, sequence, { sampler, random, needsProbabilities });
        },
      };
    },
  };
}
