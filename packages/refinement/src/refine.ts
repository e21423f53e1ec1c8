import { type BoundedDecoder, defineDecoder, type PluginOption } from "@decodekit/core";
import { emptyCanvas } from "./canvas.ts";
import { openPredictor } from "./predictor.ts";
import { refineCanvas } from "./refine-canvas.ts";
import { type FillOptions, fillSettings } from "./refine-options.ts";

export interface RefineOptions extends FillOptions {
  /**
   * Positions that are filled together, an integer >= 1. A block is committed before the next one begins. If it is as long as the text or
   * longer, the text is one canvas.
   * @defaultValue 32
   */
  readonly blockLength?: number | undefined;
  /**
   * What the model sees after the prefix: the block, or the block and all remaining positions, masked, as in LLaDA. Use "block" for
   * models that were trained on blocks.
   * @defaultValue "block"
   */
  readonly canvas?: "block" | "remaining" | undefined;
}

const DEFAULT_BLOCK_LENGTH = 32;

/** The options besides those of `FillOptions`. */
const canvasOptions = {
  blockLength: { type: "integer", help: "Positions that are filled together", default: DEFAULT_BLOCK_LENGTH, minimum: 1 },
  canvas: {
    type: "string",
    help: "What the model sees: the block, or also all remaining positions, masked",
    default: "block",
    choices: ["block", "remaining"],
  },
} as const satisfies Readonly<Record<string, PluginOption>>;

/**
 * Creates a decoder that fills a canvas of unknown tokens in several passes. Every step scores the positions, commits some and may remask
 * or replace others. A finished block becomes part of the prefix, which a model that is causal over blocks caches exactly; that
 * takes one more pass for each block but the last. The decode ends within `maxPasses`, the prompt never changes, the mask token is never
 * committed, and a stop token ends the text at its position.
 * @throws InvalidOptionError for an unknown, invalid or ineffective option.
 */
export function refine(options: RefineOptions = {}): BoundedDecoder<"masked"> {
  const settings = fillSettings("refine", options, { options: canvasOptions });
  const { blockLength = DEFAULT_BLOCK_LENGTH, canvas: view = "block" } = options;
  const steps = settings.steps ?? blockLength;
  const decoder = defineDecoder<"masked">({
    name: "refine",
    requires: ["masked"],
    async *run(context) {
      const predictor = yield* openPredictor(context, settings.guidance);
      for (;;) {
        const length = Math.min(blockLength, context.remaining);
        const canvas = emptyCanvas(length, context.models.masked.maskTokenId);
        const lookahead = view === "remaining" ? context.remaining - length : 0;
        const random = context.random.fork(context.tokens.length);
        yield* refineCanvas(context, predictor, settings, { canvas, steps, lookahead, random, stopsAtStopToken: true });
        const finishReason = yield* context.commit(canvas.tokens);
        if (finishReason) return finishReason;
        yield* predictor.commit(canvas.tokens, "decode");
      }
    },
  });
  return {
    ...decoder,
    maxPasses(newTokens) {
      const blocks = Math.ceil(newTokens / blockLength);
      return blocks === 0 ? 0 : (settings.guidance ? 2 : 1) * (blocks * steps + blocks);
    },
  };
}
