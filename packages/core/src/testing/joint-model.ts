import { InvalidOptionError } from "../errors.ts";
import type { TokenId } from "../contracts/model.ts";
import type { RandomSource } from "../random/random.ts";
import { memoryMaskedModel, type TestMaskedModel } from "./memory-masked-model.ts";

/** The probabilities of all texts of one length. */
export interface JointDistribution {
  /** Number of different tokens V: 0 to V - 1. */
  readonly tokens: number;
  /** Tokens in a text, L. */
  readonly length: number;
  /** Shape (V^L,), summing to 1: the text with tokens x is at Σ x_i V^(L - 1 - i). */
  readonly probabilities: Float64Array;
}

/** A masked model of a joint distribution. */
export interface JointModel extends TestMaskedModel {
  /** Returns the token of the joint distribution, in [0, V), that `token` represents. */
  meaning(token: TokenId): number;
}

export interface JointModelOptions {
  readonly joint: JointDistribution;
  /** Number of tokens before the text, which have no meaning. @defaultValue 1 */
  readonly promptLength?: number | undefined;
  /** 2 makes the conditionals exact to 1e-13; 1 only to 1e-7, with fewer branches to enumerate. @defaultValue 2 */
  readonly idsPerToken?: 1 | 2 | undefined;
}

/** The logit of the mask token, which a decoder must not follow. */
const MASK_LOGIT = 20;

/** Draws a joint distribution from `random`, far from independent: weights are exp(5 u), u uniform. A function of the source. */
export function randomJoint(random: RandomSource, { tokens, length }: Pick<JointDistribution, "tokens" | "length">): JointDistribution {
  const weights = Float64Array.from({ length: tokens ** length }, () => Math.exp(5 * random.uniform()));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return { tokens, length, probabilities: weights.map((weight) => weight / total) };
}

/**
 * Creates a masked model whose row for a position is the exact conditional of `joint` given all other known tokens of the text. So
 * decoding one position after another, in any order that does not depend on the draws, samples exactly from `joint`.
 *
 * Float32 logits alone would make the conditionals inconsistent by 1e-8. So token t < V has a second id t + V: the first id has the
 * largest probability below that a float32 logit can express, the second has the rest. The mask token is the last id, 2 V (or V with one
 * id per token); its logit is high, and is not part of the conditional.
 */
export function jointModel({ joint, promptLength = 1, idsPerToken = 2 }: JointModelOptions): JointModel {
  const { tokens, length } = joint;
  if (joint.probabilities.length !== tokens ** length) {
    const expected = `of ${tokens ** length} probabilities`;
    throw new InvalidOptionError({ where: "jointModel", option: "joint", expected, actual: joint.probabilities.length });
  }
  const maskTokenId = idsPerToken * tokens;
  const model = memoryMaskedModel({
    vocabSize: maskTokenId + 1,
    contextLength: promptLength + length,
    maskTokenId,
    logitsAt(prefix, canvas, index) {
      const known = Int32Array.of(...prefix.subarray(promptLength), ...canvas);
      const position = prefix.length - promptLength + index;
      const meanings = known.map((token, at) => (at === position || token === maskTokenId ? -1 : token % tokens));
      const row = new Float32Array(maskTokenId + 1).fill(-Infinity);
      row[maskTokenId] = MASK_LOGIT;
      write(row, conditional(joint, meanings, position));
      return row;
    },
  });
  return { ...model, meaning: (token) => token % tokens };
}

/** Returns the probabilities of the token at `position` given `known`, of length <= L, where -1 is unknown; shape (V,). */
function conditional({ tokens, length, probabilities }: JointDistribution, known: Int32Array, position: number): Float64Array {
  const sums = new Float64Array(tokens);
  const digit = (text: number, at: number): number => Math.floor(text / tokens ** (length - 1 - at)) % tokens;
  for (const [text, probability] of probabilities.entries()) {
    if (known.every((token, at) => token < 0 || token === digit(text, at))) sums[digit(text, position)]! += probability;
  }
  const total = sums.reduce((sum, each) => sum + each, 0);
  return sums.map((each) => each / total);
}

/** Writes the logits of `probabilities`, shape (V,), to the one or two ids of each token in `row`. */
function write(row: Float32Array, probabilities: Float64Array): void {
  const hasTwoIds = row.length > probabilities.length + 1;
  for (const [token, probability] of probabilities.entries()) {
    let logit = Math.fround(Math.log(probability));
    while (hasTwoIds && Math.exp(logit) > probability) logit = Math.fround(logit - 2 ** -24 * Math.max(1, Math.abs(logit)));
    row[token] = logit;
    if (hasTwoIds) row[token + probabilities.length] = Math.log(probability - Math.exp(logit));
  }
}
