import type { RowPart, TokenId } from "../contracts/model.ts";

export interface NucleusOptions {
  /** In (0, 1). */
  readonly p: number;
  /** > 0. */
  readonly temperature: number;
}

/**
 * Bound on the relative rounding error of sums of up to 2^20 weights in float64, and of dividing by them: the whole row's computation and
 * this one may differ by less.
 */
const ROUNDING = 1e-9;
/** Two weights that are closer than this, relatively, may have the same probability after rounding. */
const SAME = 1e-12;

/**
 * Returns the tokens of the nucleus that `nucleusOf` finds in the softmax of the whole row, in any order, or undefined if the part does not
 * decide which they are: if the nucleus may reach beyond it, or the bounds of the tail and of rounding allow two answers.
 */
export function nucleusOfPart({ tokens, logits, tailMass, tailError }: RowPart, { p, temperature }: NucleusOptions): TokenId[] | undefined {
  const weights = Float64Array.from(logits, (logit) => Math.exp((logit - logits[0]!) / temperature));
  const kept = weights.reduce((sum, weight) => sum + weight, 0);
  const low = p * (kept + tailMass - tailError) * (1 - ROUNDING);
  const high = p * (kept + tailMass + tailError) * (1 + ROUNDING);
  const isWholeRow = tailMass + tailError === 0;
  // Logits that differ may have the same weight; then, as in a whole row, the lowest id comes first.
  const ranks = [...weights.keys()].toSorted((a, b) => weights[b]! - weights[a]! || tokens[a]! - tokens[b]!);
  let mass = 0;
  for (const [place, rank] of ranks.entries()) {
    const weight = weights[rank]!;
    mass += weight;
    if (mass < low) continue;
    const next = weights[ranks[place + 1]!] ?? 0;
    const isCertain = mass >= high && (next === weight || next < weight * (1 - SAME));
    // Tokens of the tail may weigh as much as the last one of the part.
    const isWithin = isWholeRow || weight * (1 - SAME) > weights.at(-1)!;
    return isCertain && isWithin ? ranks.slice(0, place + 1).map((each) => tokens[each]!) : undefined;
  }
  return undefined;
}
