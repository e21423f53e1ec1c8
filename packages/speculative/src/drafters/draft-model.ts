import {
  type CausalModel,
  checkOptions,
  type Draft,
  type Drafter,
  type DraftRequest,
  type DraftRun,
  type ForwardEndEvent,
  numberBetween,
  type OptionCheck,
  type Sampler,
  type TokenId,
  VocabularyMismatchError,
} from "@decodekit/core";
import { drawToken } from "../draw-token.ts";
import { type Sequence, sequenceOf } from "./sequence.ts";

export interface DraftModelOptions {
  /** How the draft's tokens are chosen. @defaultValue the sampler of the target, which accepts most */
  readonly sampler?: Sampler | undefined;
  /** Ends a draft after a token that was less likely than this, in [0, 1]; that token is kept. @defaultValue 0 */
  readonly minProbability?: number | undefined;
}

const checks: Readonly<Record<keyof DraftModelOptions, OptionCheck>> = {
  sampler: {
    expected: "a Sampler, for example topPSampler()",
    accepts: (value) => typeof (value as Sampler | null)?.distribution === "function",
  },
  minProbability: numberBetween(0, 1),
};

/**
 * Makes the drafter that lets the smaller model in role "draft" write on, one pass per token. Its cache follows the output;
 * tokens that it has not read yet go into its next pass. At the end of its context it proposes nothing.
 * Throws VocabularyMismatchError in the decode when the two models do not share a vocabulary.
 * @throws InvalidOptionError for an option that is wrong.
 */
export function draftModel(options: DraftModelOptions = {}): Drafter<"draft"> {
  checkOptions("draftModel", options, checks);
  const { minProbability = 0 } = options;
  return {
    name: "draft-model",
    requires: ["draft"],
    gives: "probabilities",
    async start(run) {
      const model = run.models.draft;
      checkVocabulary(model, run);
      const sequence = sequenceOf(run.prompt);
      const cache = await draftCache(run);
      const context = { sequence, promptLength: run.prompt.length, stopTokens: run.stopTokens, contextLength: model.contextLength };
      const settings = { sampler: options.sampler ?? run.sampler, minProbability, usesProbabilities: run.usesProbabilities };
      return {
        observe: ({ tokens }) => sequence.append(tokens),
        propose: (request) => write(cache, request, { ...context, ...settings }),
      };
    },
  };
}

interface Writing {
  readonly sequence: Sequence;
  readonly promptLength: number;
  readonly stopTokens: ReadonlySet<TokenId>;
  readonly contextLength: number;
  readonly sampler: Sampler;
  readonly minProbability: number;
  readonly usesProbabilities: boolean;
}

async function* write(cache: DraftCache, { max, random }: DraftRequest, writing: Writing): AsyncGenerator<ForwardEndEvent, Draft, void> {
  const { sequence, promptLength, stopTokens, sampler, minProbability } = writing;
  const needsRow = writing.usesProbabilities || minProbability > 0;
  const written = sequenceOf(sequence.tokens());
  const probabilities: Float64Array[] = [];
  while (written.length < sequence.length + max && written.length <= writing.contextLength) {
    const row = yield* cache.rowAfter(written.tokens());
    const context = { tokens: written.tokens(), promptLength };
    const { token, q } = drawToken(sampler, row, context, { random: random.fork(written.length), needsRow });
    if (q) probabilities.push(q);
    written.append(Int32Array.of(token));
    if (stopTokens.has(token) || (q && q[token]! < minProbability)) break;
  }
  return { tokens: written.tokens().slice(sequence.length), ...(needsRow && { probabilities }) };
}

interface DraftCache {
  /** The logits after `tokens`, shape (n,), with one pass over those that are not cached. Valid until the next call. */
  rowAfter(tokens: Int32Array): AsyncGenerator<ForwardEndEvent, Float32Array, void>;
}

/** A session of the draft model that forgets what was not accepted when it is next asked. */
async function draftCache(run: DraftRun<"draft">): Promise<DraftCache> {
  const draft = await run.openSession("draft");
  let cached = new Int32Array(0);
  return {
    async *rowAfter(tokens) {
      const known = Math.min(commonLength(cached, tokens), tokens.length - 1);
      if (known < draft.session.length) await draft.session.rewindTo(known);
      cached = cached.subarray(0, known);
      const logits = yield* draft.forward(tokens.subarray(known), "draft");
      cached = tokens.slice();
      return logits.row(0);
    },
  };
}

function commonLength(a: Int32Array, b: Int32Array): number {
  const end = Math.min(a.length, b.length);
  let length = 0;
  while (length < end && a[length] === b[length]) length++;
  return length;
}

function checkVocabulary({ vocabSize }: CausalModel, run: Pick<DraftRun, "vocabSize">): void {
  if (vocabSize === run.vocabSize) return;
  throw new VocabularyMismatchError({ model: run.vocabSize, draft: vocabSize }, "A draft model must share the tokenizer of its target.");
}
