import { type DraftContext, type Drafter, VocabularyMismatchError } from "@decodekit/core";
import { concatTokens } from "@decodekit/core/toolkit";
import { emptyCanvas } from "../canvas.ts";
import { type PredictDetails, predictRows, rowsOf } from "../predictor.ts";
import { refineCanvas } from "../refine-canvas.ts";
import { type FillOptions, fillSettings } from "../refine-options.ts";

export interface DenoiseDraftOptions extends Omit<FillOptions, "guidance" | "sampler" | "temperature"> {
  /** Passes over the canvas per draft, an integer >= 1. @defaultValue 2 */
  readonly steps?: number | undefined;
}

/**
 * Creates a drafter that fills a canvas after the last token in several passes. The distribution of a token may depend on tokens after
 * it in the text, so its drafts have no probabilities. With "match" verification, which compares them with the target's own tokens, the
 * decoder is lossless. Tokens are chosen with the target's sampler. Options shared with `refine` are described there. The decode throws
 * VocabularyMismatchError if the masked model and the target do not share a vocabulary.
 * @throws InvalidOptionError for an unknown, invalid or ineffective option.
 */
export function denoiseDraft(options: DenoiseDraftOptions = {}): Drafter<"masked"> {
  const checked = { ...options, steps: options.steps ?? 2 };
  const settings = fillSettings("denoiseDraft", checked, { without: ["guidance", "sampler", "temperature"] });
  const { steps } = checked;
  return {
    name: "denoise-draft",
    requires: ["masked"],
    draftKind: "tokens",
    async start(context) {
      const parts = { ...settings, sampling: { ...settings.sampling, samplerAt: () => context.sampler } };
      const { models, stopTokens } = context;
      const { maskTokenId, contextLength } = models.masked;
      checkVocabulary(context);
      const masked = await context.openMaskedSession("masked");
      let tokens = context.prompt;
      return {
        observe(outcome) {
          tokens = concatTokens(tokens, outcome.tokens);
        },
        async *propose({ max, random }) {
          const length = Math.min(max, contextLength - tokens.length);
          if (length <= 0) return { tokens: new Int32Array(0) };
          const unread = tokens.slice(masked.session.length, tokens.length - 1);
          if (unread.length > 0) yield* masked.commit(unread, "draft");
          const last = tokens.subarray(tokens.length - 1);
          const predictor = {
            async *predict(shown: Int32Array, details: PredictDetails) {
              return rowsOf(yield* predictRows(masked, concatTokens(last, shown), details, "draft"), shown.length, last.length);
            },
          };
          const canvas = emptyCanvas(length, maskTokenId);
          const canvasContext = { tokens, promptLength: context.prompt.length, models, stopTokens };
          const task = { canvas, steps: Math.min(steps, length), lookahead: 0, random, stopsAtStopToken: false };
          for await (const event of refineCanvas(canvasContext, predictor, parts, task)) if (event.type === "forward-end") yield event;
          return { tokens: canvas.tokens };
        },
      };
    },
  };
}

function checkVocabulary({ models, vocabSize }: DraftContext<"masked">): void {
  if (models.masked.vocabSize === vocabSize) return;
  const advice = "A masked model that drafts must share the tokenizer of its target.";
  throw new VocabularyMismatchError({ model: vocabSize, masked: models.masked.vocabSize }, advice);
}
