/** Number of equal steps between the smallest and the largest distance by which tokens are counted. */
const STEPS = 4096;

export interface WeighedDistances {
  /** Shape (n,). A token of probability 0 does not count. */
  readonly probabilities: Float64Array;
  /** Shape (n,), >= 0. */
  readonly distances: Float64Array;
  readonly mass: number;
  /** Fewest tokens, an integer >= 1. */
  readonly minKeep: number;
}

/**
 * Returns the distance of the last token that is needed when tokens are taken by increasing distance, the first one first among equals, until
 * they have `mass` together and are `minKeep`; the largest distance if all of them are not enough. Only tokens within one step of it are
 * sorted.
 */
export function distanceThatReaches({ probabilities, distances, mass, minKeep }: WeighedDistances): number {
  let largest = 0;
  for (let place = 0; place < distances.length; place++) {
    if (probabilities[place]! > 0 && distances[place]! > largest) largest = distances[place]!;
  }
  if (largest === 0) return 0;
  const stepOf = (distance: number): number => Math.floor((distance / largest) * (STEPS - 1));
  const masses = new Float64Array(STEPS);
  const counts = new Int32Array(STEPS);
  for (let place = 0; place < distances.length; place++) {
    if (probabilities[place] === 0) continue;
    const step = stepOf(distances[place]!);
    masses[step]! += probabilities[place]!;
    counts[step]!++;
  }
  let taken = 0;
  let count = 0;
  let step = 0;
  while (step < STEPS - 1 && (taken + masses[step]! < mass || count + counts[step]! < minKeep)) {
    taken += masses[step]!;
    count += counts[step++]!;
  }
  const near: number[] = [];
  for (let place = 0; place < distances.length; place++) {
    if (probabilities[place]! > 0 && stepOf(distances[place]!) === step) near.push(place);
  }
  const order = near.toSorted((a, b) => distances[a]! - distances[b]!);
  let last = 0;
  for (const place of order) {
    taken += probabilities[place]!;
    count++;
    last = distances[place]!;
    if (taken >= mass && count >= minKeep) break;
  }
  return last;
}
