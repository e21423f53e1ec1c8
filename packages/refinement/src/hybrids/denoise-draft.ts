import { type Drafter, type DraftRun, integerBetween, VocabularyMismatchError } from "@decodekit/core";
import { emptyCanvas } from "../canvas.ts";
import { type PredictDetails, predictRows, rowsOf } from "../predictor.ts";
import { refineCanvas } from "../refine-canvas.ts";
import { type FillOptions, fillSettings } from "../refine-options.ts";
import { joined } from "./two-streams.ts";

export interface DenoiseDraftOptions extends Omit<FillOptions, "guidance" | "sampler" | "temperature"> {
  /** Passes over the canvas per draft, an integer >= 1. @defaultValue 2 */
  readonly steps?: number | undefined;
}

/**
 * Makes the drafter that fills a canvas after the last token over several passes. What a token was drawn from depends on tokens
 * that came before it in that order and after it in the text, so its drafts carry no probabilities; verified by comparing with the
 * target's own token ("match"), they lose nothing: a decoder that uses it is lossless. Tokens are chosen as the target's are.
 * What its options share with `refine` is described there. Throws VocabularyMismatchError in the decode when the masked
 * model and the target do not share a vocabulary.
 * @throws InvalidOptionError for an unknown option, one out of range, or one without effect.
 */
export function denoiseDraft(options: DenoiseDraftOptions = {}): Drafter<"masked"> {
  const checked = { ...options, steps: options.steps ?? 2 };
  const settings = fillSettings("denoiseDraft", checked, {
    optional: { steps: integerBetween(1) },
    without: ["guidance", "sampler", "temperature"],
  });
  const { steps } = checked;
  return {
    name: "denoise-draft",
    requires: ["masked"],
    gives: "tokens",
    async start(run) {
      const parts = { ...settings, sampling: { ...settings.sampling, samplerAt: () => run.sampler } };
      const { models, stopTokens } = run;
      const { maskTokenId, contextLength } = models.masked;
      checkVocabulary(run);
      const masked = await run.openMaskedSession("masked");
      let tokens = run.prompt;
      return {
        observe(outcome) {
          tokens = joined(tokens, outcome.tokens);
        },
        async *propose({ max, random }) {
          const length = Math.min(max, contextLength - tokens.length);
          if (length <= 0) return { tokens: new Int32Array(0) };
          const unread = tokens.slice(masked.session.length, tokens.length - 1);
          if (unread.length > 0) yield* masked.commit(unread, "draft");
          const last = tokens.subarray(tokens.length - 1);
          const predictor = {
            async *predict(shown: Int32Array, details: PredictDetails) {
              return rowsOf(yield* predictRows(masked, joined(last, shown), details, "draft"), shown.length, last.length);
            },
          };
          const canvas = emptyCanvas(length, maskTokenId);
          const canvasRun = { tokens, promptLength: run.prompt.length, models, stopTokens };
          const task = { canvas, steps: Math.min(steps, length), lookahead: 0, random, mayLeave: false };
          for await (const event of refineCanvas(canvasRun, predictor, parts, task)) if (event.type === "forward-end") yield event;
          return { tokens: canvas.tokens };
        },
      };
    },
  };
}

function checkVocabulary({ models, vocabSize }: DraftRun<"masked">): void {
  if (models.masked.vocabSize === vocabSize) return;
  const advice = "A masked model that drafts must share the tokenizer of its target.";
  throw new VocabularyMismatchError({ model: vocabSize, masked: models.masked.vocabSize }, advice);
}
