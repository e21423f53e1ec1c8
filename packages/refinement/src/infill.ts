import { type DecodeEvent, type DecodeRun, integerBetween, type OptionCheck, runDecode, softmax, type TokenId } from "@decodekit/core";
import { checkFixedTokens, fillGaps, isIntegers } from "./fill-gaps.ts";
import { openPredictor, type Predictor } from "./predictor.ts";
import type { RefineDecoder } from "./refine.ts";
import { type FillOptions, fillSettings } from "./refine-options.ts";
import { largest } from "./select/confidence-of.ts";

export interface InfillOptions extends FillOptions {
  /** Tokens after the gap, at least one; copied. They are seen by every pass, and are not part of the output. */
  readonly suffix: ArrayLike<TokenId>;
  /** Tokens in the gap, an integer >= 1, or the least and the most. */
  readonly length: number | LengthRange;
}

export interface LengthRange {
  readonly minimum: number;
  readonly maximum: number;
}

/**
 * Makes the decoder that fills a gap between the prompt and a suffix, seeing both. The output is the gap; a stop token ends it
 * early; at most maxNewTokens of it are given. For a range of lengths, one pass over each empty gap decides: the length whose
 * rows are most certain on average (mean ln of the greatest probability), the shortest among equals; masked, whatever the noise. That is a heuristic.
 * @throws InvalidOptionError for a missing or unknown option, one out of range, or one without effect; at decoding for tokens of
 *   the suffix outside the vocabulary, and ContextLengthError when prompt, gap and suffix do not fit.
 */
export function infill(options: InfillOptions): RefineDecoder {
  const name = "infill";
  const settings = fillSettings(name, options, { required: { suffix: suffixCheck, length: lengthCheck } });
  const { length } = options;
  const suffix = Int32Array.from(options.suffix);
  const range = typeof length === "number" ? { minimum: length, maximum: length } : { ...length };
  const lengths = range.maximum - range.minimum + 1;
  const decoder: RefineDecoder = {
    name,
    requires: ["masked"],
    outputLength: range.maximum,
    mostPasses: () => (settings.guidance ? 2 : 1) * (1 + (lengths > 1 ? lengths : 0) + (settings.steps ?? range.maximum)),
    decode: (models, prompt, decodeOptions) =>
      runDecode(decoder, models, prompt, decodeOptions, async function* (run) {
        checkFixedTokens(run, name, { option: "suffix", values: suffix });
        const predictor = yield* openPredictor(run, settings.guidance);
        const gap = lengths > 1 ? yield* chooseLength(run, predictor, suffix, range) : range.minimum;
        const text = withGap(gap, suffix, models.masked.maskTokenId);
        const filled = yield* fillGaps(run, predictor, settings, { text, free: [...text.subarray(0, gap).keys()] });
        return (yield* run.commit(filled.slice(0, gap))) ?? "length";
      }),
  };
  return decoder;
}

/** The length whose empty gap has the most certain rows. */
async function* chooseLength(
  run: DecodeRun<"masked">,
  predictor: Predictor,
  suffix: Int32Array,
  { minimum, maximum }: LengthRange,
): AsyncGenerator<DecodeEvent, number, void> {
  const { vocabSize, maskTokenId } = run.models.masked;
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

const suffixCheck: OptionCheck = { expected: "at least 1 token", accepts: (value) => isIntegers(value) && value.length > 0 };

const lengthCheck: OptionCheck = {
  expected: "an integer >= 1, or { minimum, maximum } with 1 <= minimum <= maximum",
  accepts(value) {
    const atLeastOne = integerBetween(1);
    if (typeof value !== "object" || value === null) return atLeastOne.accepts(value);
    const { minimum, maximum, ...rest } = value as Partial<LengthRange>;
    return atLeastOne.accepts(minimum) && atLeastOne.accepts(maximum) && minimum! <= maximum! && Object.keys(rest).length === 0;
  },
};
