import {
  type BoundedDecoder,
  type DecodeContext,
  type DecodeEvent,
  defineDecoder,
  objectOption,
  softmax,
  type TokenId,
} from "@decodekit/core";
import { checkFixedTokens, fillPositions, isIntegers } from "./fill-positions.ts";
import { openPredictor, type Predictor } from "./predictor.ts";
import { type FillOptions, fillSettings } from "./refine-options.ts";
import { largest } from "./select/confidence-of.ts";

export interface InfillOptions extends FillOptions {
  /** Tokens after the gap, at least one; copied. Every pass sees them. They are not part of the output. */
  readonly suffix: ArrayLike<TokenId>;
  /** Tokens in the gap, an integer >= 1, or a range. */
  readonly length: number | LengthRange;
}

export interface LengthRange {
  readonly minimum: number;
  readonly maximum: number;
}

const isPositiveInteger = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 1;

const OPTIONS = {
  suffix: { ...objectOption("at least 1 token", (value) => isIntegers(value) && value.length > 0), required: true },
  length: {
    ...objectOption("an integer >= 1, or { minimum, maximum } with 1 <= minimum <= maximum", (value) => {
      if (typeof value !== "object" || value === null) return isPositiveInteger(value);
      const { minimum, maximum, ...rest } = value as Partial<LengthRange>;
      return isPositiveInteger(minimum) && isPositiveInteger(maximum) && minimum! <= maximum! && Object.keys(rest).length === 0;
    }),
    required: true,
  },
} as const;

/**
 * Creates a decoder that fills a gap between the prompt and a suffix, seeing both. The output is the gap, at most maxNewTokens of it; a
 * stop token ends it early. For a range of lengths, one pass over each empty, masked gap decides: the length whose rows are most certain
 * on average (mean ln of the greatest probability) is used, the shortest among equals. That is a heuristic.
 * @throws InvalidOptionError for a missing, unknown, invalid or ineffective option. The decode throws it for suffix tokens outside the
 *   vocabulary, and ContextLengthError if prompt, gap and suffix do not fit.
 */
export function infill(options: InfillOptions): BoundedDecoder<"masked"> {
  const name = "infill";
  const settings = fillSettings(name, options, { options: OPTIONS });
  const { length } = options;
  const suffix = Int32Array.from(options.suffix);
  const range = typeof length === "number" ? { minimum: length, maximum: length } : { ...length };
  const lengths = range.maximum - range.minimum + 1;
  const decoder = defineDecoder<"masked">({
    name,
    requires: ["masked"],
    outputLength: range.maximum,
    async *run(context) {
      checkFixedTokens(context, name, { option: "suffix", values: suffix });
      const predictor = yield* openPredictor(context, settings.guidance);
      const gap = lengths > 1 ? yield* chooseLength(context, predictor, suffix, range) : range.minimum;
      const text = withGap(gap, suffix, context.models.masked.maskTokenId);
      const filled = yield* fillPositions(context, predictor, settings, { text, free: [...text.subarray(0, gap).keys()] });
      return (yield* context.commit(filled.slice(0, gap))) ?? "length";
    },
  });
  return {
    ...decoder,
    maxPasses: () => (settings.guidance ? 2 : 1) * (1 + (lengths > 1 ? lengths : 0) + (settings.steps ?? range.maximum)),
  };
}

/** The length whose empty gap has the most certain rows. */
async function* chooseLength(
  context: DecodeContext<"masked">,
  predictor: Predictor,
  suffix: Int32Array,
  { minimum, maximum }: LengthRange,
): AsyncGenerator<DecodeEvent, number, void> {
  const { vocabSize, maskTokenId } = context.models.masked;
  const row = new Float32Array(vocabSize);
  let best = { length: minimum, certainty: -Infinity };
  for (let length = minimum; length <= maximum; length++) {
    const rows = yield* predictor.predict(withGap(length, suffix, maskTokenId), { leaveOneOut: false });
    let sum = 0;
    for (let position = 0; position < length; position++) {
      rows.read(position, row);
      row[maskTokenId] = -Infinity;
      sum += Math.log(largest(softmax(row)));
    }
    if (sum / length > best.certainty) best = { length, certainty: sum / length };
  }
  return best.length;
}

function withGap(length: number, suffix: Int32Array, maskTokenId: TokenId): Int32Array {
  const text = new Int32Array(length + suffix.length).fill(maskTokenId);
  text.set(suffix, length);
  return text;
}
