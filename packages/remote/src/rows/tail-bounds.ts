/** What is known of the tokens of a row that a server did not give. */
export interface Tail {
  /** How many they are, >= 1. */
  readonly count: number;
  /** Their probability together, at temperature 1, is in [least, most], both >= 0. */
  readonly least: number;
  readonly most: number;
  /** No token of them has a larger probability. */
  readonly largest: number;
}

/**
 * Returns bounds on Σ p^(1 / temperature) over the tokens of a tail, whose probabilities p sum to its mass m and are at most its `largest`.
 *
 * With a = 1 / temperature: p^a is convex for a >= 1, so the sum is at least that of equal probabilities, n (m / n)^a, and at most
 * m largest^(a - 1), since p^a = p p^(a - 1). For a < 1 it is concave and the two change places. It is never more than n largest^a.
 */
export function tailBounds({ count, least, most, largest }: Tail, temperature: number): { readonly low: number; readonly high: number } {
  const power = 1 / temperature;
  const equal = (mass: number): number => count * (mass / count) ** power;
  const extreme = (mass: number): number => (mass === 0 ? 0 : mass * largest ** (power - 1));
  const [low, high] = power >= 1 ? [equal(least), extreme(most)] : [extreme(least), equal(most)];
  return { low: Math.min(low, high), high: Math.min(high, count * largest ** power) };
}
