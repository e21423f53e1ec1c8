const MIN_ROUNDS = 6;

/**
 * Returns the order of lanes in each round. Every lane runs equally often in every place if the number of rounds is a multiple of `lanes`:
 * the rounds repeat the rows of a cyclic Latin square.
 * @param rounds defaults to the smallest multiple of `lanes` that is at least 6.
 */
export function rotation(lanes: number, rounds: number = lanes * Math.ceil(MIN_ROUNDS / lanes)): readonly (readonly number[])[] {
  return Array.from({ length: rounds }, (_, round) => Array.from({ length: lanes }, (__, place) => (round + place) % lanes));
}
