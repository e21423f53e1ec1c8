import type { TokenId } from "../contracts/model.ts";

/** The most likely tokens that together reach probability p. */
export interface Nucleus {
  /** Token ids, most likely first; the lowest id wins a tie. */
  readonly tokens: readonly TokenId[];
  /** Sum of their probabilities, added up in that order. */
  readonly mass: number;
}

/**
 * Returns the smallest set of most likely tokens whose probabilities add up to p or more: the token that crosses p is included
 * (Holtzman et al. 2020, "The Curious Case of Neural Text Degeneration", eq. 2). If rounding keeps the sum below p, returns all tokens of
 * probability > 0. If a sum should equal p exactly, rounding decides. At least `minKeep` tokens are returned if so many are possible.
 *
 * `probabilities` has shape (V,) and sums to 1 up to rounding; p is in (0, 1). No full sort: O(V + k log V) for k tokens.
 */
export function nucleusOf(probabilities: Float64Array, p: number, minKeep = 1): Nucleus {
  // Tokens below (1 - p) / V have less than 1 - p together, so those at or above it reach p without them. Half of that threshold leaves
  // room for rounding; if even that is not enough, all tokens are candidates.
  const likely = take(probabilities, positive(probabilities, (1 - p) / (2 * probabilities.length)), p, minKeep);
  const isEnough = likely.mass >= p && likely.tokens.length >= minKeep;
  return isEnough ? likely : take(probabilities, positive(probabilities, 0), p, minKeep);
}

/** Returns the ids of the tokens whose probability is > 0 and >= `minimum`, ascending. */
function positive(probabilities: Float64Array, minimum: number): TokenId[] {
  const tokens: TokenId[] = [];
  for (let token = 0; token < probabilities.length; token++) {
    if (probabilities[token]! > 0 && probabilities[token]! >= minimum) tokens.push(token);
  }
  return tokens;
}

/** Takes candidates in descending order until they reach `target` and are `minKeep`. Reorders `candidates`, which become a heap. */
function take(probabilities: Float64Array, candidates: TokenId[], target: number, minKeep: number): Nucleus {
  const before = (a: TokenId, b: TokenId): boolean =>
    probabilities[a]! > probabilities[b]! || (probabilities[a] === probabilities[b] && a < b);
  const tokens: TokenId[] = [];
  let mass = 0;
  for (let root = (candidates.length >> 1) - 1; root >= 0; root--) siftDown(candidates, root, before);
  while ((mass < target || tokens.length < minKeep) && candidates.length > 0) {
    const token = candidates[0]!;
    tokens.push(token);
    mass += probabilities[token]!;
    const last = candidates.pop()!;
    if (last === token) break;
    candidates[0] = last;
    siftDown(candidates, 0, before);
  }
  return { tokens, mass };
}

/** Moves the element at `root` down below every element that comes before it. */
function siftDown(heap: TokenId[], root: number, before: (a: TokenId, b: TokenId) => boolean): void {
  const sinking = heap[root]!;
  for (;;) {
    let child = 2 * root + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child++;
    if (!before(heap[child]!, sinking)) break;
    heap[root] = heap[child]!;
    root = child;
  }
  heap[root] = sinking;
}
