/**
 * Weights max(scale · p − q, 0), shape (V,), unnormalised: what the target has more of than the draft. `p` itself where
 * nothing is left, which only rounding can lead to: then p and q are equal, and a draft that follows q is never rejected.
 */
export function residual(p: Float64Array, q: Float64Array, scale = 1): Float64Array {
  const weights = p.map((probability, token) => Math.max(scale * probability - q[token]!, 0));
  return weights.some((weight) => weight > 0) ? weights : p;
}
