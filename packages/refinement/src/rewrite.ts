import { type OptionCheck, runDecode, type TokenId } from "@decodekit/core";
import { checkFixedTokens, fillGaps, isIntegers } from "./fill-gaps.ts";
import { openPredictor } from "./predictor.ts";
import type { RefineDecoder } from "./refine.ts";
import { type FillOptions, fillSettings } from "./refine-options.ts";

export interface RewriteOptions extends FillOptions {
  /** Tokens after the prompt, at least one; copied. */
  readonly text: ArrayLike<TokenId>;
  /** Indices into `text`, each once, at least one, in any order: these are worked out anew, all others stay. */
  readonly positions: readonly number[];
}

/**
 * Makes the decoder that works out some tokens of a text anew, seeing all others. The output is the whole text; a stop token
 * ends it, and at most maxNewTokens of it are given.
 * @throws InvalidOptionError for a missing or unknown option, one out of range, or one without effect; at decoding for tokens of
 *   the text outside the vocabulary, and ContextLengthError when prompt and text do not fit.
 */
export function rewrite(options: RewriteOptions): RefineDecoder {
  const name = "rewrite";
  const settings = fillSettings(name, options, { required: { text: textCheck, positions: positionsCheck(options) } });
  const text = Int32Array.from(options.text);
  const free = options.positions.toSorted((a, b) => a - b);
  const decoder: RefineDecoder = {
    name,
    requires: ["masked"],
    outputLength: text.length,
    mostPasses: () => (settings.guidance ? 2 : 1) * (1 + (settings.steps ?? free.length)),
    decode: (models, prompt, decodeOptions) =>
      runDecode(decoder, models, prompt, decodeOptions, async function* (run) {
        checkFixedTokens(run, name, { option: "text", values: text, free });
        const predictor = yield* openPredictor(run, settings.guidance);
        const filled = yield* fillGaps(run, predictor, settings, { text, free });
        return (yield* run.commit(filled)) ?? "length";
      }),
  };
  return decoder;
}

const textCheck: OptionCheck = { expected: "at least 1 token", accepts: (value) => isIntegers(value) && value.length > 0 };

function positionsCheck({ text }: RewriteOptions): OptionCheck {
  const length = isIntegers(text) ? text.length : 0;
  return {
    expected: `indices in [0, ${length}), each once, at least one`,
    accepts: (value) =>
      Array.isArray(value) &&
      value.length > 0 &&
      new Set(value).size === value.length &&
      value.every((position) => Number.isInteger(position) && position >= 0 && position < length),
  };
}
