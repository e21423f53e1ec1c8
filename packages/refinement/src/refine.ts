import { type Decoder, integerBetween, oneOf, runDecode } from "@decodekit/core";
import { emptyCanvas } from "./canvas.ts";
import { openPredictor } from "./predictor.ts";
import { refineCanvas } from "./refine-canvas.ts";
import { type FillOptions, fillSettings } from "./refine-options.ts";

export interface RefineOptions extends FillOptions {
  /**
   * Positions that are worked out together, an integer >= 1; a block is committed before the next one begins. As long as the
   * text, or longer: the whole canvas at once.
   * @defaultValue 32
   */
  readonly blockLength?: number | undefined;
  /**
   * What the model sees after the prefix: the block, or the block and all that may follow it, masked, as LLaDA does. Models that
   * were trained on blocks want "block".
   * @defaultValue "block"
   */
  readonly canvas?: "block" | "rest" | undefined;
}

/** A decoder that says beforehand how many passes it can take. */
export interface RefineDecoder extends Decoder<"masked"> {
  /** Most forward passes for `newTokens` tokens, prefill and commits included. */
  mostPasses(newTokens: number): number;
}

/**
 * Makes the decoder that fills a canvas of unknown tokens over several passes: every step scores the positions, commits some,
 * and may take others back. Block by block: a finished block becomes part of the prefix, which a model that is causal over
 * blocks caches exactly; that takes one more pass per block but the last. Ends within `mostPasses`; the prompt never changes;
 * the mask token is never committed; a stop token ends the text at its place.
 * @throws InvalidOptionError for an unknown option, one out of range, or one without effect.
 */
export function refine(options: RefineOptions = {}): RefineDecoder {
  const settings = fillSettings("refine", options, { optional: { blockLength: integerBetween(1), canvas: oneOf("block", "rest") } });
  const { blockLength = 32, canvas: view = "block" } = options;
  const steps = settings.steps ?? blockLength;
  const decoder: RefineDecoder = {
    name: "refine",
    requires: ["masked"],
    mostPasses: (newTokens) => {
      const blocks = Math.ceil(newTokens / blockLength);
      return blocks === 0 ? 0 : (settings.guidance ? 2 : 1) * (blocks * steps + blocks);
    },
    decode: (models, prompt, decodeOptions) =>
      runDecode(decoder, models, prompt, decodeOptions, async function* (run) {
        const predictor = yield* openPredictor(run, settings.guidance);
        for (;;) {
          const length = Math.min(blockLength, run.remaining);
          const canvas = emptyCanvas(length, models.masked.maskTokenId);
          const lookahead = view === "rest" ? run.remaining - length : 0;
          const random = run.random.fork(run.tokens.length);
          yield* refineCanvas(run, predictor, settings, { canvas, steps, lookahead, random, mayLeave: true });
          const finishReason = yield* run.commit(canvas.tokens);
          if (finishReason) return finishReason;
          yield* predictor.commit(canvas.tokens, "decode");
        }
      }),
  };
  return decoder;
}
