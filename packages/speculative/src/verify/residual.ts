/**
 * Returns the unnormalised weights max(scale · p − q, 0), shape (V,): the excess of the target over the draft. Returns `p` itself if
 * no weight is left. Only rounding can cause that: p and q are then equal, and a draft that follows q is never rejected.
 */
export function residual(p: Float64Array, q: Float64Array, scale = 1): Float64Array {
  const weights = p.map((probability, token) => Math.max(scale * probability - q[token]!, 0));
  return weights.some((weight) => weight > 0) ? weights : p;
}
