import { type BoundedDecoder, type DecodeEvent, defineDecoder, type PluginOption } from "@decodekit/core";
import { concatTokens } from "@decodekit/core/toolkit";
import { type Canvas, createCanvas, openPositions, proposal, put } from "../canvas.ts";
import { type FillOptions, fillSettings, type FillSettings } from "../refine-options.ts";
import { predictionsOf } from "../predictions.ts";
import { largest } from "../select/confidence-of.ts";
import { drawNext, openCausalMaskedPair, type PairContext, type CausalMaskedPair } from "./causal-masked-pair.ts";

export interface ConfidenceCascadeOptions extends Pick<FillOptions, "temperature" | "sampler" | "processors"> {
  /** Length of the canvas, an integer >= 1. @defaultValue 8 */
  readonly blockLength?: number | undefined;
  /** Probability of the most likely token at which the masked model fills a position, in [0, 1]. @defaultValue 0.9 */
  readonly threshold?: number | undefined;
  /** Maximum passes over the canvas before each causal pass, an integer >= 1. @defaultValue 1 */
  readonly steps?: number | undefined;
}

const defaults = { blockLength: 8, threshold: 0.9 } as const;

/** The options besides those of `FillOptions`. */
export const confidenceCascadeOptions = {
  blockLength: { type: "integer", help: "Length of the canvas", default: defaults.blockLength, minimum: 1 },
  threshold: {
    type: "number",
    help: "Probability at which the masked model fills a position",
    default: defaults.threshold,
    minimum: 0,
    maximum: 1,
  },
} as const satisfies Readonly<Record<string, PluginOption>>;

/**
 * Creates a decoder that uses the masked model where it is confident, and the causal model elsewhere. The canvas covers the next
 * positions. It is filled wherever the most likely token has at least probability `threshold`, in `steps` passes or until no such
 * position is left. Then one causal pass reads the known tokens up to the first gap and fills it. The canvas advances and keeps the
 * known tokens after the gap. If nothing is confident, it writes left to right with two passes per token. Requires one model that is
 * both causal and masked, or two with the same vocabulary. Not lossless.
 * @throws InvalidOptionError for an unknown, invalid or ineffective option.
 */
export function confidenceCascade(options: ConfidenceCascadeOptions = {}): BoundedDecoder<"causal" | "masked"> {
  const without = ["select", "schedule", "revise", "noise", "guidance", "scores"] as const;
  const settings = fillSettings("confidenceCascade", options, { options: confidenceCascadeOptions, without });
  const { blockLength = defaults.blockLength, threshold = defaults.threshold, steps = 1 } = options;
  const decoder = defineDecoder<"causal" | "masked">({
    name: "confidence-cascade",
    requires: ["causal", "masked"],
    lossless: false,
    async *run(context) {
      const pair = yield* openCausalMaskedPair(context);
      for (let known = new Int32Array(0); ;) {
        const canvas = startCanvas(known, Math.min(blockLength, context.remaining), context.models.masked.maskTokenId);
        yield* fillConfident(context, pair, settings, { canvas, threshold, steps });
        const gap = openPositions(canvas)[0] ?? canvas.tokens.length;
        const lead = canvas.tokens.slice(0, gap);
        const next = drawNext(context, settings.sampling, yield* pair.next(lead), concatTokens(context.tokens, lead));
        const finishReason = yield* context.commit(concatTokens(lead, [next]));
        if (finishReason) return finishReason;
        known = canvas.tokens.slice(gap + 1);
      }
    },
  });
  return { ...decoder, maxPasses: (newTokens) => 2 + newTokens * (steps + 1) };
}

/** Creates a canvas of `length` positions that starts with the tokens `known`; the other positions are open. */
function startCanvas(known: Int32Array, length: number, maskTokenId: number): Canvas {
  const tokens = new Int32Array(length).fill(maskTokenId);
  tokens.set(known.subarray(0, length));
  const free = [...tokens.keys()].filter((position) => tokens[position] === maskTokenId);
  return createCanvas(tokens, free, maskTokenId);
}

/** Fills the positions of which the masked model is confident, until there are none. */
async function* fillConfident(
  context: PairContext,
  pair: CausalMaskedPair,
  { sampling }: FillSettings,
  { canvas, threshold, steps }: { readonly canvas: Canvas; readonly threshold: number; readonly steps: number },
): AsyncGenerator<DecodeEvent, void, void> {
  const { promptLength, tokens: prefix } = context;
  const { vocabSize, maskTokenId } = context.models.masked;
  const source = { sampler: sampling.samplerAt(0, 1), sampling, start: prefix.length, vocabSize, maskTokenId };
  for (let pass = 0; pass < steps && openPositions(canvas).length > 0; pass++) {
    const rows = yield* pair.predict(canvas.tokens, { leaveOneOut: false });
    const random = context.random.fork(prefix.length).fork(pass);
    const predictions = predictionsOf({ ...source, rows, sequence: { tokens: concatTokens(prefix, canvas.tokens), promptLength }, random });
    const confident = openPositions(canvas).filter((position) => largest(predictions.probabilities(position)) >= threshold);
    if (confident.length === 0) return;
    for (const position of confident) {
      const token = predictions.candidate(position);
      put(canvas, position, token, predictions.probabilities(position)[token]!);
    }
    yield proposal(canvas, prefix.length);
  }
}
