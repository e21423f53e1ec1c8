/** The shortest that a race may take, in milliseconds. The longest takes twice as long. */
const SHORTEST = 3000;
const FACTORS = [1, 2, 3, 5, 10, 20, 30, 50, 100, 200, 300, 500, 1000];

/**
 * Returns the speed at which a run of `milliseconds` takes between 3 and 6 seconds: below 1 slowed, above 1 faster than it was. Runs of under
 * 3 milliseconds take less.
 */
export function raceSpeed(milliseconds: number): number {
  if (milliseconds <= 0) return 1;
  if (milliseconds < SHORTEST) return 1 / (FACTORS.find((factor) => factor * milliseconds >= SHORTEST) ?? FACTORS.at(-1)!);
  return FACTORS.find((factor) => milliseconds / factor <= 2 * SHORTEST) ?? FACTORS.at(-1)!;
}
