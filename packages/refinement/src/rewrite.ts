import { type BoundedDecoder, defineDecoder, objectOption, type OptionDefinition, type TokenId } from "@decodekit/core";
import { checkFixedTokens, fillPositions, isIntegers } from "./fill-positions.ts";
import { openPredictor } from "./predictor.ts";
import { type FillOptions, fillSettings } from "./refine-options.ts";

export interface RewriteOptions extends FillOptions {
  /** Tokens after the prompt, at least one; copied. */
  readonly text: ArrayLike<TokenId>;
  /** Indices into `text` to predict again, each once, at least one, in any order. All others stay. */
  readonly positions: readonly number[];
}

/**
 * Creates a decoder that predicts some tokens of a text again, seeing all others. The output is the whole text, at most maxNewTokens of
 * it; a stop token ends it.
 * @throws InvalidOptionError for a missing, unknown, invalid or ineffective option. The decode throws it for tokens of the text outside
 *   the vocabulary, and ContextLengthError if prompt and text do not fit.
 */
export function rewrite(options: RewriteOptions): BoundedDecoder<"masked"> {
  const name = "rewrite";
  const settings = fillSettings(name, options, { options: { text: TEXT, positions: positionsOption(options) } });
  const text = Int32Array.from(options.text);
  const free = options.positions.toSorted((a, b) => a - b);
  const decoder = defineDecoder<"masked">({
    name,
    requires: ["masked"],
    outputLength: text.length,
    async *run(context) {
      checkFixedTokens(context, name, { option: "text", values: text, free });
      const predictor = yield* openPredictor(context, settings.guidance);
      const filled = yield* fillPositions(context, predictor, settings, { text, free });
      return (yield* context.commit(filled)) ?? "length";
    },
  });
  return { ...decoder, maxPasses: () => (settings.guidance ? 2 : 1) * (1 + (settings.steps ?? free.length)) };
}

const TEXT = { ...objectOption("at least 1 token", (value) => isIntegers(value) && value.length > 0), required: true };

function positionsOption({ text }: RewriteOptions): OptionDefinition {
  const length = isIntegers(text) ? text.length : 0;
  const isPosition = (position: unknown): boolean =>
    Number.isInteger(position) && (position as number) >= 0 && (position as number) < length;
  const accepts = (value: unknown): boolean =>
    Array.isArray(value) && value.length > 0 && new Set(value).size === value.length && value.every(isPosition);
  return { ...objectOption(`indices in [0, ${length}), each once, at least one`, accepts), required: true };
}
