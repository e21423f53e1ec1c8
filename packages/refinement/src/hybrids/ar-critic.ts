import { type DecodeEvent, integerBetween, numberBetween, runDecode } from "@decodekit/core";
import { type Canvas, clear, emptyCanvas, proposal } from "../canvas.ts";
import { refineCanvas } from "../refine-canvas.ts";
import { type FillOptions, fillSettings, type FillSettings } from "../refine-options.ts";
import { highest } from "../select/highest.ts";
import type { BoundedDecoder } from "./bounded-decoder.ts";
import { drawNext, joined, type Judgement, openTwoStreams, type TwoStreamRun, type TwoStreams } from "./two-streams.ts";

export interface ArCriticOptions extends Omit<FillOptions, "guidance"> {
  /** Positions that are worked out together, an integer >= 1. @defaultValue 8 */
  readonly blockLength?: number | undefined;
  /** Most times that a block is filled and judged, an integer >= 1. @defaultValue 3 */
  readonly rounds?: number | undefined;
  /** Nats of the causal stream up to which a token is never taken back, >= 0. @defaultValue 1 */
  readonly tolerance?: number | undefined;
}

/**
 * Makes the decoder that fills a block on the canvas, has the causal stream judge it, and takes back what that finds least
 * likely, again and again: after round r of R, at most ceil(n (1 - r / R)) of the block's n tokens, those of the highest -ln p above
 * `tolerance`, of those up to a stop token. It ends when there are none, or after R rounds. This is ARPC (BlockGen, arXiv 2606.02241)
 * with the tolerance added, and with the token that the causal stream says after the block committed too, since its row is there.
 * Needs a model with both streams, or two on one vocabulary. Not lossless. `steps` (default 1) are those of one fill; what is
 * shared with `refine` is described there.
 * @throws InvalidOptionError for an unknown option, one out of range, or one without effect.
 */
export function arCritic(options: ArCriticOptions = {}): BoundedDecoder<"causal" | "masked"> {
  const { blockLength = 8, rounds = 3, tolerance = 1, ...fill } = options;
  const settings = fillSettings("arCritic", options, {
    optional: { blockLength: integerBetween(1), rounds: integerBetween(1), tolerance: numberBetween(0, Infinity) },
    without: ["guidance"],
  });
  const steps = fill.steps ?? 1;
  const decoder: BoundedDecoder<"causal" | "masked"> = {
    name: "ar-critic",
    requires: ["causal", "masked"],
    lossless: false,
    mostPasses: (newTokens) => 2 + Math.ceil(newTokens / (blockLength + 1)) * rounds * (steps + 1),
    decode: (models, prompt, decodeOptions) =>
      runDecode(decoder, models, prompt, decodeOptions, async function* (run) {
        const streams = yield* openTwoStreams(run);
        for (;;) {
          const canvas = emptyCanvas(Math.min(blockLength, run.remaining), models.masked.maskTokenId);
          const judgement = yield* workOut(run, streams, settings, { canvas, rounds, steps, tolerance });
          const next = drawNext(run, settings.sampling, judgement.next, joined(run.tokens, canvas.tokens));
          const finishReason = yield* run.commit(joined(canvas.tokens, [next]));
          if (finishReason) return finishReason;
        }
      }),
  };
  return decoder;
}

/** Fills and judges `canvas` until the causal stream has no objection; the causal cache then holds it. */
async function* workOut(
  run: TwoStreamRun,
  streams: TwoStreams,
  settings: FillSettings,
  task: { readonly canvas: Canvas; readonly rounds: number; readonly steps: number; readonly tolerance: number },
): AsyncGenerator<DecodeEvent, Judgement, void> {
  const { canvas, rounds, steps, tolerance } = task;
  const start = run.tokens.length;
  for (let round = 1; ; round++) {
    const random = run.random.fork(start).fork(round);
    yield* refineCanvas(run, streams, settings, { canvas, steps, lookahead: 0, random, mayLeave: false });
    const judgement = yield* streams.judge(canvas.tokens);
    if (round === rounds) return judgement;
    const end = canvas.tokens.findIndex((token) => run.stopTokens.has(token));
    const said = end < 0 ? judgement.nats : judgement.nats.subarray(0, end + 1);
    const doubted = Array.from(said, (score, position) => ({ position, score })).filter(({ score }) => score > tolerance);
    if (doubted.length === 0) return judgement;
    const most = Math.ceil(canvas.tokens.length * (1 - round / rounds));
    for (const position of highest(doubted, Math.min(most, doubted.length))) clear(canvas, position);
    await streams.forget();
    yield proposal(canvas, start);
  }
}
