import {
  type BoundedDecoder,
  type DecodeContext,
  defineDecoder,
  InvalidOptionError,
  objectOption,
  type OptionDefinition,
  type PluginOption,
} from "@decodekit/core";
import { draftedCanvas, emptyCanvas, proposal } from "./canvas.ts";
import { copiedDraft, type Original } from "./copied-draft.ts";
import { isIntegers } from "./fill-positions.ts";
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
  /**
   * The tokens that the output mostly repeats, as when a text is edited; or a function that takes them from the prompt, whose array it must
   * not change. Each block starts as a copy of what follows in it after the last tokens of the output, in place of masks, and every
   * position of it is open: passes read the copy until a step commits the same or another token. Pays off for models that were trained
   * to correct tokens, with a selection that commits all that are certain, such as `threshold`.
   * @defaultValue none: blocks start as masks
   */
  readonly original?: Original | undefined;
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

const ORIGINAL: OptionDefinition = objectOption("an array of at least 1 token, or a function of the prompt that returns one", (value) => {
  return typeof value === "function" || (isIntegers(value) && value.length > 0);
});

/**
 * Creates a decoder that fills a canvas of unknown tokens in several passes. Every step scores the positions, commits some and may remask
 * or replace others. A finished block becomes part of the prefix, which a model that is causal over blocks caches exactly; that
 * takes one more pass for each block but the last. The decode ends within `maxPasses`, the prompt never changes, the mask token is never
 * committed, and a stop token ends the text at its position.
 * @throws InvalidOptionError for an unknown, invalid or ineffective option.
 */
export function refine(options: RefineOptions = {}): BoundedDecoder<"masked"> {
  const settings = fillSettings("refine", options, { options: { ...canvasOptions, original: ORIGINAL } });
  const { blockLength = DEFAULT_BLOCK_LENGTH, canvas: view = "block" } = options;
  const given = typeof options.original === "function" ? options.original : options.original && Int32Array.from(options.original);
  const steps = settings.steps ?? blockLength;
  const decoder = defineDecoder<"masked">({
    name: "refine",
    requires: ["masked"],
    async *run(context) {
      const original = readOriginal(context, given);
      const predictor = yield* openPredictor(context, settings.guidance);
      const { maskTokenId } = context.models.masked;
      for (;;) {
        const { tokens, promptLength } = context;
        const length = Math.min(blockLength, context.remaining);
        const draft = original && copiedDraft(original, tokens.subarray(promptLength), length);
        const canvas = draft ? draftedCanvas(length, draft, maskTokenId) : emptyCanvas(length, maskTokenId);
        if (draft) yield proposal(canvas, tokens.length);
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

/** @throws InvalidOptionError for a token that the model does not have, or an original that is not an array of tokens. */
function readOriginal({ tokens, promptLength, models }: DecodeContext<"masked">, given: Original | undefined): Int32Array | undefined {
  if (!given) return undefined;
  const where = "refine";
  const option = "original";
  const values = typeof given === "function" ? given(tokens.slice(0, promptLength)) : given;
  if (!isIntegers(values))
    throw new InvalidOptionError({ where, option, expected: "a function that returns an array of tokens", actual: values });
  const { vocabSize } = models.masked;
  const wrong = [...Int32Array.from(values)].findIndex((token) => token < 0 || token >= vocabSize);
  if (wrong < 0) return Int32Array.from(values);
  throw new InvalidOptionError({
    where,
    option: `${option}[${wrong}]`,
    expected: `a token id in [0, ${vocabSize})`,
    actual: values[wrong],
  });
}
