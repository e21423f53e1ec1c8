import { InvalidOptionError, type OptionDefinitions, resolveOptions, type TokenId } from "@decodekit/core";
import { GreenTokens, WATERMARK_KEY, type WatermarkKey } from "./green-tokens.ts";

export interface WatermarkDetectorOptions extends WatermarkKey {
  /** Size of the vocabulary of the model that wrote the text, an integer >= 1. */
  readonly vocabSize: number;
  /** Whether a token with the same tokens before it counts once only, so that a repeated phrase does not. @defaultValue false */
  readonly ignoreRepeated?: boolean | undefined;
}

/** What a detector found in a text. */
export interface WatermarkEvidence {
  /** Number of tokens that were judged. */
  readonly scored: number;
  /** Number of green ones among them. */
  readonly green: number;
  /** How many standard deviations there are more green tokens than without a watermark; above 3 is strong evidence. */
  readonly zScore: number;
  /** How likely so many green tokens are without a watermark, by the normal approximation. */
  readonly pValue: number;
}

const OPTIONS = {
  ...WATERMARK_KEY,
  vocabSize: { type: "integer", help: "Size of the vocabulary", minimum: 1, required: true },
  ignoreRepeated: { type: "boolean", help: "Whether repeated tokens count once", default: false },
} as const satisfies OptionDefinitions<WatermarkDetectorOptions>;

/**
 * Returns the function that tests the tokens of a text, without its prompt, shape (n,), for the watermark of a key. The z-score is that of
 * the papers of `watermark`.
 * @throws InvalidOptionError for an unknown or invalid option; the detector throws it if there are too few tokens.
 */
export function watermarkDetector(options: WatermarkDetectorOptions): (tokens: ArrayLike<TokenId>) => WatermarkEvidence {
  const where = "watermarkDetector";
  const { vocabSize, ignoreRepeated, ...key } = resolveOptions(where, options, OPTIONS);
  const chooser = new GreenTokens(where, key);
  // Tokens of a window: those that choose, and the one that is judged, which is among them for "selfhash".
  const width = chooser.contextWidth + (chooser.scheme === "selfhash" ? 0 : 1);
  return (text) => {
    const tokens = Int32Array.from(text);
    if (tokens.length < width)
      throw new InvalidOptionError({ where, option: "tokens", expected: `at least ${width} tokens`, actual: tokens.length });
    const windows = Array.from({ length: tokens.length - width + 1 }, (_, start) => tokens.subarray(start, start + width));
    const judged = new Map<string, boolean>();
    const verdicts = windows.map((window) => {
      const name = window.join();
      const known = judged.get(name);
      if (known !== undefined) return known;
      const chosenBy = chooser.scheme === "selfhash" ? window : window.subarray(0, -1);
      const isGreen = chooser.chosenBy(chosenBy, vocabSize).includes(window.at(-1)!);
      judged.set(name, isGreen);
      return isGreen;
    });
    return evidenceOf(ignoreRepeated ? [...judged.values()] : verdicts, chooser.ratio);
  };
}

function evidenceOf(verdicts: readonly boolean[], ratio: number): WatermarkEvidence {
  const scored = verdicts.length;
  const green = verdicts.filter(Boolean).length;
  const zScore = (green - ratio * scored) / Math.sqrt(scored * ratio * (1 - ratio));
  return { scored, green, zScore, pValue: upperTail(zScore) };
}

/** P(Z > z) for a standard normal Z, to 2e-7: Abramowitz and Stegun 7.1.26. */
function upperTail(z: number): number {
  const x = Math.abs(z) / Math.SQRT2;
  const t = 1 / (1 + 0.3275911 * x);
  const polynomial = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  const tail = 0.5 * polynomial * Math.exp(-x * x);
  return z >= 0 ? tail : 1 - tail;
}
