import { checkOptions, type Drafter, type OptionCheck, type Sampler } from "@decodekit/core";
import { maskedMarginals } from "./masked-marginals.ts";
import { drawToken } from "../draw-token.ts";
import { sequenceOf } from "./sequence.ts";

export interface MaskedDraftOptions {
  /** How the draft's tokens are chosen. @defaultValue the sampler of the target, which accepts most */
  readonly sampler?: Sampler | undefined;
}

const checks: Readonly<Record<keyof MaskedDraftOptions, OptionCheck>> = {
  sampler: {
    expected: "a Sampler, for example topPSampler()",
    accepts: (value) => typeof (value as Sampler | null)?.distribution === "function",
  },
};

/**
 * Makes the drafter that has the model in role "masked" guess all tokens in one pass over the last token and as many masks.
 * Each is drawn from the marginal of its position, known before any of them is drawn, so that "ratio" and "block" are exact.
 * Throws VocabularyMismatchError in the decode when the two models do not share a vocabulary.
 * @throws InvalidOptionError for an option that is wrong.
 */
export function maskedDraft(options: MaskedDraftOptions = {}): Drafter<"masked"> {
  checkOptions("maskedDraft", options, checks);
  return {
    name: "masked-draft",
    requires: ["masked"],
    gives: "probabilities",
    async start(run) {
      const sampler = options.sampler ?? run.sampler;
      const needsRow = run.usesProbabilities;
      const promptLength = run.prompt.length;
      const sequence = sequenceOf(run.prompt);
      const marginals = await maskedMarginals(run);
      return {
        observe: ({ tokens }) => sequence.append(tokens),
        async *propose({ max, random }) {
          const written = sequenceOf(sequence.tokens());
          const probabilities: Float64Array[] = [];
          for (const row of yield* marginals.after(sequence, max)) {
            const context = { tokens: written.tokens(), promptLength };
            const { token, q } = drawToken(sampler, row, context, { random: random.fork(written.length), needsRow });
            if (q) probabilities.push(q);
            written.append(Int32Array.of(token));
          }
          return { tokens: written.tokens().slice(sequence.length), ...(needsRow && { probabilities }) };
        },
      };
    },
  };
}
