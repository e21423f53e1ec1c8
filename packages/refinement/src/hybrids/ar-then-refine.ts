import { type DecodeEvent, integerBetween, logSumExp, numberBetween, runDecode } from "@decodekit/core";
import { createCanvas } from "../canvas.ts";
import { refineCanvas } from "../refine-canvas.ts";
import { type FillOptions, fillSettings, type FillSettings } from "../refine-options.ts";
import { highest } from "../select/highest.ts";
import type { BoundedDecoder } from "./bounded-decoder.ts";
import { drawNext, joined, openTwoStreams, sum, type TwoStreamRun, type TwoStreams } from "./two-streams.ts";

export interface ArThenRefineOptions extends Omit<FillOptions, "guidance"> {
  /** Tokens that are drafted before they are revised, an integer >= 1. @defaultValue 16 */
  readonly blockLength?: number | undefined;
  /** Most revisions of a block, an integer >= 1. @defaultValue 2 */
  readonly rounds?: number | undefined;
  /** Share of a block's tokens that a revision works out anew, in (0, 1]; at least one. @defaultValue 0.25 */
  readonly share?: number | undefined;
}

/** A block and what the causal stream makes of it. */
interface Scored {
  readonly tokens: Int32Array;
  /** -ln p of each token, shape (n,). */
  readonly nats: Float64Array;
}

/**
 * Makes the decoder that writes a block left to right, then lets the canvas, which sees both sides, work out its least likely
 * tokens anew, and keeps the result only where that raises the block's score: the sum of ln p of its tokens under the causal
 * stream at temperature 1. So no block ends less likely than it was drafted. A revision that does not pay ends the block. Needs
 * a model with both streams, or two on one vocabulary; takes more passes than tokens. Not lossless.
 * `steps` (default 1) are those of one revision; what is shared with `refine` is described there.
 * @throws InvalidOptionError for an unknown option, one out of range, or one without effect.
 */
export function arThenRefine(options: ArThenRefineOptions = {}): BoundedDecoder<"causal" | "masked"> {
  const { blockLength = 16, rounds = 2, share = 0.25, steps = 1 } = options;
  const settings = fillSettings("arThenRefine", options, {
    optional: { blockLength: integerBetween(1), rounds: integerBetween(1), share: numberBetween(0, 1, { exclusiveMinimum: true }) },
    without: ["guidance"],
  });
  const decoder: BoundedDecoder<"causal" | "masked"> = {
    name: "ar-then-refine",
    requires: ["causal", "masked"],
    lossless: false,
    mostPasses: (newTokens) => 2 + newTokens + Math.ceil(newTokens / blockLength) * rounds * (steps + 1),
    decode: (models, prompt, decodeOptions) =>
      runDecode(decoder, models, prompt, decodeOptions, async function* (run) {
        const streams = yield* openTwoStreams(run);
        for (;;) {
          const draft = yield* draftBlock(run, streams, settings, Math.min(blockLength, run.remaining));
          await streams.forget();
          const tokens = yield* revise(run, streams, settings, { draft, rounds, share, steps });
          const finishReason = yield* run.commit(tokens);
          if (finishReason) return finishReason;
        }
      }),
  };
  return decoder;
}

/** Writes up to `length` tokens, up to a stop token; shows each as it comes. */
async function* draftBlock(
  run: TwoStreamRun,
  streams: TwoStreams,
  settings: FillSettings,
  length: number,
): AsyncGenerator<DecodeEvent, Scored, void> {
  const start = run.tokens.length;
  let tokens: Int32Array = new Int32Array(0);
  const nats: number[] = [];
  while (tokens.length < length) {
    const row = yield* streams.next(tokens);
    const token = drawNext(run, settings.sampling, row, joined(run.tokens, tokens));
    nats.push(logSumExp(row) - row[token]!);
    tokens = joined(tokens, [token]);
    yield { type: "tokens-propose", start, tokens };
    if (run.stopTokens.has(token)) break;
  }
  return { tokens, nats: Float64Array.from(nats) };
}

/** Works the least likely tokens out anew as long as that pays. */
async function* revise(
  run: TwoStreamRun,
  streams: TwoStreams,
  settings: FillSettings,
  task: { readonly draft: Scored; readonly rounds: number; readonly share: number; readonly steps: number },
): AsyncGenerator<DecodeEvent, Int32Array, void> {
  const { draft, rounds, share, steps } = task;
  const start = run.tokens.length;
  let best = draft;
  for (let round = 1; round <= rounds; round++) {
    const free = leastLikely(best.nats, share);
    const canvas = createCanvas(best.tokens, free, run.models.masked.maskTokenId);
    const random = run.random.fork(start).fork(round);
    yield* refineCanvas(run, streams, settings, { canvas, steps, lookahead: 0, random, mayLeave: false });
    if (canvas.tokens.every((token, position) => token === best.tokens[position])) break;
    const { nats } = yield* streams.judge(canvas.tokens);
    await streams.forget();
    const pays = sum(nats) < sum(best.nats);
    if (pays) best = { tokens: canvas.tokens, nats };
    yield { type: "tokens-propose", start, tokens: best.tokens };
    if (!pays) break;
  }
  return best.tokens;
}

/** The positions of the highest `nats`, a `share` of all, rounded, at least one; ascending. */
function leastLikely(nats: Float64Array, share: number): number[] {
  const scored = Array.from(nats, (score, position) => ({ position, score }));
  return highest(scored, Math.max(1, Math.round(share * nats.length))).toSorted((a, b) => a - b);
}
