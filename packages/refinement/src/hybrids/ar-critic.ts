import { type BoundedDecoder, type DecodeEvent, defineDecoder, type PluginOption } from "@decodekit/core";
import { concatTokens } from "@decodekit/core/toolkit";
import { type Canvas, clear, emptyCanvas, proposal } from "../canvas.ts";
import { refineCanvas } from "../refine-canvas.ts";
import { type FillOptions, fillSettings, type FillSettings } from "../refine-options.ts";
import { highest } from "../select/highest.ts";
import { drawNext, type Score, openCausalMaskedPair, type PairContext, type CausalMaskedPair } from "./causal-masked-pair.ts";

export interface ArCriticOptions extends Omit<FillOptions, "guidance"> {
  /** Length of a block, an integer >= 1. @defaultValue 8 */
  readonly blockLength?: number | undefined;
  /** Maximum number of times that a block is filled and scored, an integer >= 1. @defaultValue 3 */
  readonly rounds?: number | undefined;
  /** Tokens with -ln p up to this under the causal model are never remasked, >= 0. @defaultValue 1 */
  readonly tolerance?: number | undefined;
}

const defaults = { blockLength: 8, rounds: 3, tolerance: 1 } as const;

/** The options besides those of `FillOptions`. */
export const arCriticOptions = {
  blockLength: { type: "integer", help: "Length of a block", default: defaults.blockLength, minimum: 1 },
  rounds: { type: "integer", help: "Maximum number of times that a block is filled and scored", default: defaults.rounds, minimum: 1 },
  tolerance: { type: "number", help: "Tokens with -ln p up to this are never remasked", default: defaults.tolerance, minimum: 0 },
} as const satisfies Readonly<Record<string, PluginOption>>;

/**
 * Creates a decoder that fills a block on the canvas, scores it with the causal model and remasks its least likely tokens, in up to R
 * rounds. Round r remasks at most ceil(n (1 - r / R)) of the block's n tokens: those with the highest -ln p above `tolerance`, up to
 * a stop token. It ends early if there are none. This is ARPC (BlockGen, arXiv 2606.02241) with the tolerance added. The causal model's
 * next token after the block is committed too, since its row is already computed. Requires one model that is both causal and masked, or
 * two with the same vocabulary. Not lossless. `steps` (default 1) is per fill; see `refine` for the other options.
 * @throws InvalidOptionError for an unknown, invalid or ineffective option.
 */
export function arCritic(options: ArCriticOptions = {}): BoundedDecoder<"causal" | "masked"> {
  const settings = fillSettings("arCritic", options, { options: arCriticOptions, without: ["guidance"] });
  const { blockLength = defaults.blockLength, rounds = defaults.rounds, tolerance = defaults.tolerance, steps = 1 } = options;
  const decoder = defineDecoder<"causal" | "masked">({
    name: "ar-critic",
    requires: ["causal", "masked"],
    lossless: false,
    async *run(context) {
      const pair = yield* openCausalMaskedPair(context);
      for (;;) {
        const canvas = emptyCanvas(Math.min(blockLength, context.remaining), context.models.masked.maskTokenId);
        const score = yield* fillBlock(context, pair, settings, { canvas, rounds, steps, tolerance });
        const next = drawNext(context, settings.sampling, score.next, concatTokens(context.tokens, canvas.tokens));
        const finishReason = yield* context.commit(concatTokens(canvas.tokens, [next]));
        if (finishReason) return finishReason;
      }
    },
  });
  return { ...decoder, maxPasses: (newTokens) => 2 + Math.ceil(newTokens / (blockLength + 1)) * rounds * (steps + 1) };
}

/** Fills and scores `canvas` until nothing is left to remask. The causal cache then contains it. */
async function* fillBlock(
  context: PairContext,
  pair: CausalMaskedPair,
  settings: FillSettings,
  task: { readonly canvas: Canvas; readonly rounds: number; readonly steps: number; readonly tolerance: number },
): AsyncGenerator<DecodeEvent, Score, void> {
  const { canvas, rounds, steps, tolerance } = task;
  const start = context.tokens.length;
  for (let round = 1; ; round++) {
    const random = context.random.fork(start).fork(round);
    yield* refineCanvas(context, pair, settings, { canvas, steps, lookahead: 0, random, stopsAtStopToken: false });
    const score = yield* pair.score(canvas.tokens);
    if (round === rounds) return score;
    const end = canvas.tokens.findIndex((token) => context.stopTokens.has(token));
    const scored = end < 0 ? score.negativeLogLikelihoods : score.negativeLogLikelihoods.subarray(0, end + 1);
    const doubted = Array.from(scored, (nats, position) => ({ position, score: nats })).filter(({ score: nats }) => nats > tolerance);
    if (doubted.length === 0) return score;
    const maxCount = Math.ceil(canvas.tokens.length * (1 - round / rounds));
    for (const position of highest(doubted, Math.min(maxCount, doubted.length))) clear(canvas, position);
    await pair.discardUncommitted();
    yield proposal(canvas, start);
  }
}
