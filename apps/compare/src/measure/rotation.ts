const LEAST_ROUNDS = 6;

/**
 * The order of lanes in each round: every lane is equally often in every place (rows of a cyclic Latin square, again and
 * again), in the least multiple of `lanes` that is at least 6 rounds.
 */
export function rotation(lanes: number): readonly (readonly number[])[] {
  const rounds = lanes * Math.ceil(LEAST_ROUNDS / lanes);
  return Array.from({ length: rounds }, (_, round) => Array.from({ length: lanes }, (__, place) => (round + place) % lanes));
}
