import type { RowPart, RowReads } from "@decodekit/core";
import type { RowFacts, ServedRow } from "./served-row.ts";
import { tailBounds } from "./tail-bounds.ts";

/** Of a row whose largest logits could not be told. */
const UNKNOWN: RowPart = { tokens: new Int32Array(0), logits: new Float32Array(0), tailMass: 0, tailError: Infinity };
/** Relative rounding error of the bounds themselves, in float64. */
const ROUNDING = 1e-12;

/**
 * Returns the part of a row with at most its `top` largest logits. Tokens as likely as the last one that the server gave are left out,
 * since tokens that it did not give may be as likely.
 *
 * At temperature 1 the mass of the tail is what is missing to 1, up to the error of the server's normaliser; at others it has bounds (see
 * `tailBounds`). Without a temperature only its being empty is known.
 */
export function partOfServed(
  { tokens, logProbabilities }: ServedRow,
  { vocabSize, normaliserError }: RowFacts,
  { top, temperature }: RowReads,
): RowPart {
  const order = [...tokens.keys()].toSorted((a, b) => logProbabilities[b]! - logProbabilities[a]! || tokens[a]! - tokens[b]!);
  const isWhole = tokens.length === vocabSize;
  const least = logProbabilities[order.at(-1)!] ?? -Infinity;
  const isCertain = (place: number): boolean => logProbabilities[place]! > -Infinity && (isWhole || logProbabilities[place]! > least);
  const kept = order.filter(isCertain).slice(0, top);
  if (kept.length === 0) return UNKNOWN;
  const logits = Float32Array.from(kept, (place) => logProbabilities[place]!);
  const part = { tokens: Int32Array.from(kept, (place) => tokens[place]!), logits };
  const others = order.slice(kept.length);
  if (isWhole && others.every((place) => logProbabilities[place] === -Infinity)) return { ...part, tailMass: 0, tailError: 0 };
  if (temperature === undefined) return { ...part, tailMass: 0, tailError: Infinity };
  return { ...part, ...tailOf(logits, { count: vocabSize - kept.length, normaliserError }, temperature) };
}

function tailOf(
  logits: Float32Array,
  { count, normaliserError }: { readonly count: number; readonly normaliserError: number },
  temperature: number,
): Pick<RowPart, "tailMass" | "tailError"> {
  const largest = logits[0]!;
  const scale = Math.exp(-largest); // of a probability to that of the most likely token
  const given = logits.reduce((sum, logit) => sum + Math.exp(logit), 0);
  const { low, high } = tailBounds(
    {
      count,
      least: Math.max(0, 1 - normaliserError - given) * scale,
      most: Math.max(0, 1 + normaliserError - given) * scale,
      largest: Math.exp(logits.at(-1)! - largest),
    },
    temperature,
  );
  return { tailMass: (low + high) / 2, tailError: ((high - low) / 2) * (1 + ROUNDING) + high * ROUNDING };
}
