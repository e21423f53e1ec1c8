import { InvalidOptionError, type OptionDefinitions, resolveOptions, type TokenId } from "@decodekit/core";
import { shuffledStart } from "./shuffled-start.ts";

/** What a watermark and its detector must have in common. */
export interface WatermarkKey {
  /** Share of the vocabulary that is green at each position, in (0, 1). @defaultValue 0.25 */
  readonly ratio?: number | undefined;
  /** The secret: an integer in [0, 2^53). Who knows it can detect the watermark, and imitate it. @defaultValue 15485863 */
  readonly hashingKey?: number | undefined;
  /**
   * What chooses the green tokens. "lefthash": the token before. "selfhash": the last tokens and the token itself, which is harder to find
   * out and about 40 times as slow. @defaultValue "lefthash"
   */
  readonly scheme?: "lefthash" | "selfhash" | undefined;
  /** Tokens that must be there before the watermark begins, and those that "selfhash" reads, an integer >= 1. @defaultValue 1 */
  readonly contextWidth?: number | undefined;
}

export const WATERMARK_KEY = {
  ratio: {
    type: "number",
    help: "Share of the vocabulary that is green",
    default: 0.25,
    minimum: 0,
    exclusiveMinimum: true,
    maximum: 1,
    exclusiveMaximum: true,
  },
  hashingKey: { type: "integer", help: "The secret of the watermark", default: 15485863, minimum: 0 },
  scheme: { type: "string", help: "What chooses the green tokens", default: "lefthash", choices: ["lefthash", "selfhash"] },
  contextWidth: { type: "integer", help: "Tokens that choose the green tokens", default: 1, minimum: 1 },
} as const satisfies OptionDefinitions<WatermarkKey>;

/** Size of the table of "selfhash". */
const TABLE_SIZE = 1_000_003;

/** Chooses the green tokens of each position as transformers does (Kirchenbauer et al. 2023, arXiv 2301.10226 and 2306.04634). */
export class GreenTokens {
  readonly #key: Required<{ readonly [Name in keyof WatermarkKey]: NonNullable<WatermarkKey[Name]> }>;
  #table: Int32Array | undefined;

  /** @throws InvalidOptionError for an unknown or invalid option. */
  constructor(where: string, key: WatermarkKey) {
    this.#key = resolveOptions(where, key, WATERMARK_KEY);
  }

  get scheme(): "lefthash" | "selfhash" {
    return this.#key.scheme;
  }

  get ratio(): number {
    return this.#key.ratio;
  }

  get contextWidth(): number {
    return this.#key.contextWidth;
  }

  /** Returns the green tokens that `tokens`, shape (n,), n >= 1, choose: for "selfhash" the last one is the token that is asked for. @throws InvalidOptionError if none would be green. */
  chosenBy(tokens: ArrayLike<TokenId>, vocabSize: number): Int32Array {
    const count = Math.trunc(vocabSize * this.#key.ratio);
    if (count === 0) {
      const expected = `large enough that one of ${vocabSize} tokens is green`;
      throw new InvalidOptionError({ where: "watermark", option: "ratio", expected, actual: this.#key.ratio });
    }
    return shuffledStart(vocabSize, count, this.#seedOf(tokens));
  }

  #seedOf(tokens: ArrayLike<TokenId>): number {
    const { scheme, hashingKey, contextWidth } = this.#key;
    const key = BigInt(hashingKey);
    const last = tokens[tokens.length - 1]!;
    if (scheme === "lefthash") return lowWord(key * BigInt(last));
    const table = (this.#table ??= shuffledStart(TABLE_SIZE, TABLE_SIZE, lowWord(key)));
    const entryOf = (token: TokenId): bigint => BigInt(table[token % TABLE_SIZE]! + 1);
    let least: bigint | undefined;
    for (let place = Math.max(0, tokens.length - contextWidth); place < tokens.length; place++) {
      // PyTorch's int64 wraps around.
      const product = BigInt.asIntN(64, key * entryOf(tokens[place]!) * entryOf(last));
      if (least === undefined || product < least) least = product;
    }
    return lowWord(least!);
  }
}

/** Returns the low 32 bits of a seed as transformers gives it to PyTorch. */
function lowWord(seed: bigint): number {
  const modulus = 2n ** 64n - 1n;
  return Number(BigInt.asUintN(32, ((seed % modulus) + modulus) % modulus));
}
