import { type Drafter, resolveOptions, type Sampler } from "@decodekit/core";
import { GrowingSequence, SAMPLER_OPTION } from "@decodekit/core/toolkit";
import { committedPositions } from "./committed-positions.ts";
import { drawFromMarginals } from "./draw-from-marginals.ts";
import { findHead } from "./find-head.ts";
import { reportPass } from "./report-pass.ts";

export interface DflashOptions {
  /** How the draft's tokens are chosen. @defaultValue the sampler of the target, which is accepted most often */
  readonly sampler?: Sampler | undefined;
}

const OPTIONS = { sampler: SAMPLER_OPTION } as const;

/**
 * Creates a drafter that predicts a block of tokens in one pass of the draft head that the target was loaded with
 * (`loadModel(source, { draftHead })`), from the target's hidden states at the tokens that were committed since the last draft (DFlash,
 * Chen et al. 2026, arXiv 2602.06036). A draft has at most one token less than the head's block. Its passes are reported as those of a draft
 * model. At the end of the head's context it proposes nothing.
 *
 * Each token is drawn from the marginal of its position, which is known before any of them is drawn, so that "ratio" and "block" are exact.
 * The decode throws InvalidOptionError for a target without hidden states, and DrafterError for one without such a head.
 * @throws InvalidOptionError for an invalid option.
 */
export function dflash(options: DflashOptions = {}): Drafter<"causal"> {
  const name = "dflash";
  resolveOptions(name, options, OPTIONS);
  return {
    name,
    requires: ["causal"],
    draftKind: "probabilities",
    usesLayerStates: true,
    draftHead: "dflash",
    async start(context) {
      const { signal, usesProbabilities: needsProbabilities } = context;
      const sampler = options.sampler ?? context.sampler;
      const head = findHead(name, "dflash", context);
      const session = await head.createSession();
      const sequence = new GrowingSequence(context.prompt);
      const positions = committedPositions(name, context.prompt, head);
      return {
        observe(outcome) {
          sequence.append(outcome.tokens);
          positions.observe(outcome);
        },
        async *propose({ max, random }) {
          const { states, tokens: read } = positions.take();
          const count = Math.min(max, head.blockSize - 1);
          const isWithin = positions.length + head.blockSize <= head.contextLength;
          const last = sequence.tokens.at(-1)!;
          const draft = () => session.draft(states, last, count, { signal });
          const rows = isWithin ? yield* reportPass(read.length + head.blockSize, draft) : [];
          return await drawFromMarginals(rows, sequence, { sampler, random, needsProbabilities });
        },
        dispose: () => session.dispose(),
      };
    },
  };
}
