import { type DecodeEvent, integerBetween, numberBetween, runDecode } from "@decodekit/core";
import { type Canvas, createCanvas, openPositions, proposal, put } from "../canvas.ts";
import { type FillOptions, fillSettings, type FillSettings } from "../refine-options.ts";
import { predictionsOf } from "../predictions.ts";
import { largest } from "../select/confidence-of.ts";
import type { BoundedDecoder } from "./bounded-decoder.ts";
import { drawNext, joined, openTwoStreams, type TwoStreamRun, type TwoStreams } from "./two-streams.ts";

export interface ConfidenceCascadeOptions extends Pick<FillOptions, "temperature" | "sampler" | "processors"> {
  /** Positions that the canvas looks ahead, an integer >= 1. @defaultValue 8 */
  readonly blockLength?: number | undefined;
  /** Probability of the likeliest token from which on the canvas decides, in [0, 1]. @defaultValue 0.9 */
  readonly threshold?: number | undefined;
  /** Most passes over the canvas before the causal stream goes on, an integer >= 1. @defaultValue 1 */
  readonly steps?: number | undefined;
}

/**
 * Makes the decoder that lets the canvas decide where it is confident, and the causal stream elsewhere. The canvas shows the next
 * positions, and is filled wherever its likeliest token has at least `threshold`, in `steps` passes or until no position has. Then one
 * causal pass reads what is known up to the first gap and says the token there; the canvas moves on, and keeps what it knows after
 * the gap. Where nothing is confident it writes left to right with two passes per token. Needs a model with both streams,
 * or two on one vocabulary. Not lossless.
 * @throws InvalidOptionError for an unknown option, one out of range, or one without effect.
 */
export function confidenceCascade(options: ConfidenceCascadeOptions = {}): BoundedDecoder<"causal" | "masked"> {
  const { blockLength = 8, threshold = 0.9, steps = 1 } = options;
  const settings = fillSettings("confidenceCascade", options, {
    optional: { blockLength: integerBetween(1), threshold: numberBetween(0, 1) },
    without: ["select", "schedule", "revise", "noise", "guidance", "scores"],
  });
  const decoder: BoundedDecoder<"causal" | "masked"> = {
    name: "confidence-cascade",
    requires: ["causal", "masked"],
    lossless: false,
    mostPasses: (newTokens) => 2 + newTokens * (steps + 1),
    decode: (models, prompt, decodeOptions) =>
      runDecode(decoder, models, prompt, decodeOptions, async function* (run) {
        const streams = yield* openTwoStreams(run);
        for (let known = new Int32Array(0); ;) {
          const canvas = shownAhead(known, Math.min(blockLength, run.remaining), models.masked.maskTokenId);
          yield* fillConfident(run, streams, settings, { canvas, threshold, steps });
          const gap = openPositions(canvas)[0] ?? canvas.tokens.length;
          const lead = canvas.tokens.slice(0, gap);
          const next = drawNext(run, settings.sampling, yield* streams.next(lead), joined(run.tokens, lead));
          const finishReason = yield* run.commit(joined(lead, [next]));
          if (finishReason) return finishReason;
          known = canvas.tokens.slice(gap + 1);
        }
      }),
  };
  return decoder;
}

/** `length` positions, of which the first show `known`, and the others nothing. */
function shownAhead(known: Int32Array, length: number, maskTokenId: number): Canvas {
  const tokens = new Int32Array(length).fill(maskTokenId);
  tokens.set(known.subarray(0, length));
  const free = [...tokens.keys()].filter((position) => tokens[position] === maskTokenId);
  return createCanvas(tokens, free, maskTokenId);
}

/** Fills what the canvas is confident of, until it is confident of nothing more. */
async function* fillConfident(
  run: TwoStreamRun,
  streams: TwoStreams,
  { sampling }: FillSettings,
  { canvas, threshold, steps }: { readonly canvas: Canvas; readonly threshold: number; readonly steps: number },
): AsyncGenerator<DecodeEvent, void, void> {
  const { promptLength, tokens: prefix } = run;
  const { vocabSize, maskTokenId } = run.models.masked;
  const source = { sampler: sampling.samplerAt(0, 1), sampling, start: prefix.length, promptLength, vocabSize, maskTokenId };
  for (let pass = 0; pass < steps && openPositions(canvas).length > 0; pass++) {
    const rows = yield* streams.predict(canvas.tokens, { leaveOneOut: false });
    const random = run.random.fork(prefix.length).fork(pass);
    const predictions = predictionsOf({ ...source, rows, sequence: joined(prefix, canvas.tokens), random });
    const confident = openPositions(canvas).filter((position) => largest(predictions.probabilities(position)) >= threshold);
    if (confident.length === 0) return;
    for (const position of confident) {
      const token = predictions.candidate(position);
      put(canvas, position, token, predictions.probabilities(position)[token]!);
    }
    yield proposal(canvas, prefix.length);
  }
}
