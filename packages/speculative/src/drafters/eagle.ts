import {
  type Draft,
  type DraftContext,
  type Drafter,
  type DraftRequest,
  type ForwardEndEvent,
  type OptionDefinition,
  resolveOptions,
  type Sampler,
  type StepHeadSession,
} from "@decodekit/core";
import { GrowingSequence, negativeLogLikelihood, SAMPLER_OPTION } from "@decodekit/core/toolkit";
import { type CommittedPositions, committedPositions } from "./committed-positions.ts";
import { drawDraftedToken } from "./draw-drafted-token.ts";
import { findHead } from "./find-head.ts";
import { possibleDraw } from "./possible-draw.ts";
import { reportPass } from "./report-pass.ts";

export interface EagleOptions {
  /** How the draft's tokens are chosen. @defaultValue the sampler of the target, which is accepted most often */
  readonly sampler?: Sampler | undefined;
  /**
   * Ends a draft once the probability of all its tokens falls below this, in [0, 1], under the head at temperature 1. The last token is
   * kept. @defaultValue 0, with `confidences` 0.1
   */
  readonly minProbability?: number | undefined;
  /**
   * Whether drafts tell how likely each token is to be accepted: its probability under the head. A decoder with `draftLength: "auto"` then
   * drafts in every round and verifies as much as pays off; without, it chooses a length by the times of whole rounds, as for any drafter
   * whose drafts take time. Worthwhile if a pass of the head is short beside one of the target. @defaultValue false
   */
  readonly confidences?: boolean | undefined;
}

const OPTIONS = {
  sampler: SAMPLER_OPTION,
  minProbability: {
    type: "number",
    help: "Ends a draft once the probability of all its tokens falls below this; 0.1 by default with confidences, else 0",
    minimum: 0,
    maximum: 1,
  },
  confidences: { type: "boolean", help: "Whether drafts tell how likely each token is to be accepted", default: false },
} as const satisfies Readonly<Record<keyof EagleOptions, OptionDefinition>>;

const MIN_CONFIDENT_PROBABILITY = 0.1;

/**
 * Creates a drafter that continues the text with the draft head that the target was loaded with (`loadModel(source, { draftHead })`), one
 * pass of the head per token. The first pass of a draft reads the target's hidden states at the tokens that were committed since the last
 * one, which the target's own passes return; the others read the head's state at the token before (EAGLE-3, Li et al. 2025, arXiv
 * 2503.01840). Its passes are reported as those of a draft model. At the end of the head's context it proposes nothing.
 *
 * Drafts are chains; each token is drawn from its row over the target's vocabulary, in which tokens that the head does not know have
 * probability 0, so that "ratio" and "block" are exact.
 * The decode throws InvalidOptionError for a target without hidden states, and DrafterError for one without such a head.
 * @throws InvalidOptionError for an invalid option.
 */
export function eagle(options: EagleOptions = {}): Drafter<"causal"> {
  const name = "eagle";
  const { sampler, confidences, minProbability = confidences ? MIN_CONFIDENT_PROBABILITY : 0 } = resolveOptions(name, options, OPTIONS);
  return {
    name,
    requires: ["causal"],
    draftKind: "probabilities",
    ...(confidences && { confidences: "all" as const }),
    usesLayerStates: true,
    draftHead: "eagle",
    async start(context) {
      const head = findHead(name, "eagle", context);
      const session = await head.createSession();
      const sequence = new GrowingSequence(context.prompt);
      const positions = committedPositions(name, context.prompt, head);
      const settings = { sampler: sampler ?? context.sampler, minProbability, confidences, contextLength: head.contextLength };
      return {
        observe(outcome) {
          sequence.append(outcome.tokens);
          positions.observe(outcome);
        },
        propose: (request) => draftChain({ session, sequence, positions, context }, request, settings),
        dispose: () => session.dispose(),
      };
    },
  };
}

interface ChainState {
  readonly session: StepHeadSession;
  readonly sequence: GrowingSequence;
  readonly positions: CommittedPositions;
  readonly context: DraftContext<"causal">;
}

interface ChainSettings {
  readonly minProbability: number;
  readonly confidences: boolean;
  readonly sampler: Sampler;
  readonly contextLength: number;
}

async function* draftChain(
  { session, sequence, positions, context }: ChainState,
  { max, maxConfident, random }: DraftRequest,
  { sampler, minProbability, confidences, contextLength }: ChainSettings,
): AsyncGenerator<ForwardEndEvent, Draft, void> {
  const { signal, stopTokens, usesProbabilities } = context;
  const unread = positions.take();
  // The head reads a drafted token at the position before it.
  const most = Math.min(confidences ? (maxConfident ?? max) : max, contextLength - positions.length + 1);
  const drafted = new GrowingSequence(sequence.tokens, sequence.promptLength);
  const rows: Float64Array[] = [];
  const likelihoods: number[] = [];
  if (most > 0) {
    let branch = yield* reportPass(unread.tokens.length, () => session.read(unread.tokens, unread.states, { signal }));
    for (let probability = 1; ;) {
      const row = branch.row(0);
      const how = { random: random.fork(drafted.length), needsProbabilities: usesProbabilities };
      const drawn = await possibleDraw(
        () => drawDraftedToken(sampler, row, drafted, how),
        () => row,
      );
      if (!drawn) break;
      const { token, probabilities } = drawn;
      if (probabilities) rows.push(probabilities);
      drafted.append([token]);
      if (confidences || minProbability > 0) likelihoods.push(Math.exp(-negativeLogLikelihood(row, token)));
      probability *= likelihoods.at(-1) ?? 1;
      if (stopTokens.has(token) || probability < minProbability || drafted.length - sequence.length >= most) break;
      const last = branch;
      branch = yield* reportPass(1, () => session.extend(last, Int32Array.of(0), Int32Array.of(token), { signal }));
    }
  }
  return {
    tokens: drafted.tokens.slice(sequence.length),
    ...(usesProbabilities && { probabilities: rows }),
    ...(confidences && { confidences: Float64Array.from(likelihoods) }),
  };
}
