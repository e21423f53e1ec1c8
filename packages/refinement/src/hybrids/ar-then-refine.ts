import { type BoundedDecoder, type DecodeEvent, defineDecoder, type PluginOption } from "@decodekit/core";
import { concatTokens, negativeLogLikelihood } from "@decodekit/core/toolkit";
import { createCanvas } from "../canvas.ts";
import { refineCanvas } from "../refine-canvas.ts";
import { type FillOptions, fillSettings, type FillSettings } from "../refine-options.ts";
import { highest } from "../select/highest.ts";
import { drawNext, openCausalMaskedPair, type PairContext, type CausalMaskedPair } from "./causal-masked-pair.ts";

export interface ArThenRefineOptions extends Omit<FillOptions, "guidance"> {
  /** Length of a block, an integer >= 1. @defaultValue 16 */
  readonly blockLength?: number | undefined;
  /** Maximum revisions of a block, an integer >= 1. @defaultValue 2 */
  readonly rounds?: number | undefined;
  /** Share of a block's tokens that a revision replaces, at least one token, in (0, 1]. @defaultValue 0.25 */
  readonly share?: number | undefined;
}

/** A block and its likelihood under the causal model. */
interface Scored {
  readonly tokens: Int32Array;
  /** -ln p of each token, shape (n,). */
  readonly nats: Float64Array;
}

const defaults = { blockLength: 16, rounds: 2, share: 0.25 } as const;

/** The options besides those of `FillOptions`. */
export const arThenRefineOptions = {
  blockLength: { type: "integer", help: "Length of a block", default: defaults.blockLength, minimum: 1 },
  rounds: { type: "integer", help: "Maximum revisions of a block", default: defaults.rounds, minimum: 1 },
  share: {
    type: "number",
    help: "Share of a block that a revision replaces",
    default: defaults.share,
    minimum: 0,
    exclusiveMinimum: true,
    maximum: 1,
  },
} as const satisfies Readonly<Record<string, PluginOption>>;

/**
 * Creates a decoder that drafts a block left to right and lets the masked model, which sees both sides, replace its least likely tokens.
 * The result is kept only if the block becomes more likely, by the sum of ln p of its tokens under the causal model at temperature 1, so
 * that no block is less likely than its draft. A revision without improvement ends the block. Requires one model that is both causal and
 * masked, or two with the same vocabulary. Runs more passes than tokens. Not lossless. `steps` (default 1) is per revision; see `refine`
 * for the other options.
 * @throws InvalidOptionError for an unknown, invalid or ineffective option.
 */
export function arThenRefine(options: ArThenRefineOptions = {}): BoundedDecoder<"causal" | "masked"> {
  const settings = fillSettings("arThenRefine", options, { options: arThenRefineOptions, without: ["guidance"] });
  const { blockLength = defaults.blockLength, rounds = defaults.rounds, share = defaults.share, steps = 1 } = options;
  const decoder = defineDecoder<"causal" | "masked">({
    name: "ar-then-refine",
    requires: ["causal", "masked"],
    lossless: false,
    async *run(context) {
      const pair = yield* openCausalMaskedPair(context);
      for (;;) {
        const draft = yield* draftBlock(context, pair, settings, Math.min(blockLength, context.remaining));
        await pair.discardUncommitted();
        const tokens = yield* revise(context, pair, settings, { draft, rounds, share, steps });
        const finishReason = yield* context.commit(tokens);
        if (finishReason) return finishReason;
      }
    },
  });
  return { ...decoder, maxPasses: (newTokens) => 2 + newTokens + Math.ceil(newTokens / blockLength) * rounds * (steps + 1) };
}

/** Drafts at most `length` tokens, up to a stop token, and proposes each. */
async function* draftBlock(
  context: PairContext,
  pair: CausalMaskedPair,
  settings: FillSettings,
  length: number,
): AsyncGenerator<DecodeEvent, Scored, void> {
  const start = context.tokens.length;
  let tokens: Int32Array = new Int32Array(0);
  const nats: number[] = [];
  while (tokens.length < length) {
    const row = yield* pair.next(tokens);
    const token = drawNext(context, settings.sampling, row, concatTokens(context.tokens, tokens));
    nats.push(negativeLogLikelihood(row, token));
    tokens = concatTokens(tokens, [token]);
    yield { type: "tokens-propose", start, tokens };
    if (context.stopTokens.has(token)) break;
  }
  return { tokens, nats: Float64Array.from(nats) };
}

/** Replaces the least likely tokens as long as the block becomes more likely. */
async function* revise(
  context: PairContext,
  pair: CausalMaskedPair,
  settings: FillSettings,
  task: { readonly draft: Scored; readonly rounds: number; readonly share: number; readonly steps: number },
): AsyncGenerator<DecodeEvent, Int32Array, void> {
  const { draft, rounds, share, steps } = task;
  const start = context.tokens.length;
  let best = draft;
  for (let round = 1; round <= rounds; round++) {
    const free = leastLikely(best.nats, share);
    const canvas = createCanvas(best.tokens, free, context.models.masked.maskTokenId);
    const random = context.random.fork(start).fork(round);
    yield* refineCanvas(context, pair, settings, { canvas, steps, lookahead: 0, random, stopsAtStopToken: false });
    if (canvas.tokens.every((token, position) => token === best.tokens[position])) break;
    const { negativeLogLikelihoods: nats } = yield* pair.score(canvas.tokens);
    await pair.discardUncommitted();
    const isBetter = sum(nats) < sum(best.nats);
    if (isBetter) best = { tokens: canvas.tokens, nats };
    yield { type: "tokens-propose", start, tokens: best.tokens };
    if (!isBetter) break;
  }
  return best.tokens;
}

/** The positions of the highest `nats` in ascending order: a `share` of all, rounded, at least one. */
function leastLikely(nats: Float64Array, share: number): number[] {
  const scored = Array.from(nats, (score, position) => ({ position, score }));
  return highest(scored, Math.max(1, Math.round(share * nats.length))).toSorted((a, b) => a - b);
}

function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0);
}
