const MIN_ROUNDS = 6;

/**
 * Returns the order of lanes in each round. Every lane runs equally often in every place: the rounds repeat the rows of a cyclic Latin
 * square. Their number is the smallest multiple of `lanes` that is at least 6.
 */
export function rotation(lanes: number): readonly (readonly number[])[] {
  const rounds = lanes * Math.ceil(MIN_ROUNDS / lanes);
  return Array.from({ length: rounds }, (_, round) => Array.from({ length: lanes }, (__, place) => (round + place) % lanes));
}
