import { InvalidOptionError, LogitsError } from "../errors.ts";
import type { RandomSource } from "../random/random.ts";

/** One combination of outcomes of all draws of a run. */
export interface Branch<Outcome> {
  readonly outcome: Outcome;
  /** Product of the probabilities of its draws, in (0, 1]. */
  readonly probability: number;
}

export interface EnumerateOptions {
  /** Maximum number of branches to visit; more are an error. @defaultValue 1_000_000 */
  readonly maxBranches?: number | undefined;
}

/** A draw of the current branch. */
interface Choice {
  /** Its stream and its index in it. */
  readonly id: string;
  /** Probability of each value, shape (n,), summing to 1 up to rounding. */
  readonly probabilities: Float64Array;
  taken: number;
}

/**
 * Runs `run` once for every combination of outcomes of its draws, and yields each result with its exact probability. The probabilities
 * sum to 1 up to rounding; values of probability 0 are not visited.
 *
 * `run` receives a new random source each time. It must draw all its randomness from that source and otherwise be deterministic: branches
 * are visited depth first, by running it again with the same first draws. `bernoulli` and `categorical` branch; `uniform` has 2^53 values
 * and throws. As with `seededRandom`, forking twice with one key produces the same draws twice.
 * @throws Error if `run` draws differently after the same outcomes of earlier draws, or beyond `maxBranches`.
 */
export async function* enumerateOutcomes<Outcome>(
  run: (random: RandomSource) => Promise<Outcome>,
  { maxBranches = 1_000_000 }: EnumerateOptions = {},
): AsyncGenerator<Branch<Outcome>, void, void> {
  const trail: Choice[] = [];
  for (let branches = 0; ; branches++) {
    if (branches === maxBranches)
      throw new Error(`enumerateOutcomes: more than ${maxBranches} branches. Decode fewer tokens or use a smaller vocabulary.`);
    const { random, made } = replay(trail);
    const outcome = await run(random);
    if (made() < trail.length) throw notDeterministic(`drew ${made()} times`, `${trail.length} times or more`);
    yield { outcome, probability: trail.reduce((product, choice) => product * choice.probabilities[choice.taken]!, 1) };
    if (!advance(trail)) return;
  }
}

/** Advances to the next branch: the last choice with another value takes it. Returns false when all branches were visited. */
function advance(trail: Choice[]): boolean {
  for (let choice = trail.at(-1); choice; trail.pop(), choice = trail.at(-1)) {
    const next = choice.probabilities.findIndex((probability, value) => value > choice.taken && probability > 0);
    if (next < 0) continue;
    choice.taken = next;
    return true;
  }
  return false;
}

/** Creates a source whose draws follow `trail`, and then extend it by the first possible value. */
function replay(trail: Choice[]): { readonly random: RandomSource; readonly made: () => number } {
  const made = new Map<string, Choice>();
  const draw = (id: string, probabilities: Float64Array): number => {
    let choice = made.get(id);
    if (!choice) {
      choice = trail[made.size];
      if (!choice) trail.push((choice = { id, probabilities, taken: probabilities.findIndex((probability) => probability > 0) }));
      made.set(id, choice);
    }
    if (choice.id !== id || !equal(choice.probabilities, probabilities)) {
      throw notDeterministic(`draw ${id} had probabilities ${show(probabilities)}`, `${choice.id} with ${show(choice.probabilities)}`);
    }
    return choice.taken;
  };
  return { random: stream([], draw), made: () => made.size };
}

function stream(path: readonly number[], draw: (id: string, probabilities: Float64Array) => number): RandomSource {
  let drawn = 0;
  const nextId = (): string => [...path, `#${drawn++}`].join("/");
  return {
    uniform() {
      throw new Error("enumerateOutcomes: uniform() cannot be enumerated. Draw with bernoulli(p) or categorical(weights).");
    },
    bernoulli(p) {
      if (!(p >= 0 && p <= 1)) throw new InvalidOptionError({ where: "bernoulli", option: "p", expected: "a number in [0, 1]", actual: p });
      return draw(nextId(), Float64Array.of(1 - p, p)) === 1;
    },
    categorical: (weights) => draw(nextId(), normalise(weights)),
    fork(key) {
      if (Number.isSafeInteger(key) && key >= 0) return stream([...path, key], draw);
      throw new InvalidOptionError({ where: "RandomSource.fork", option: "key", expected: "an integer in [0, 2^53)", actual: key });
    },
  };
}

function normalise(weights: ArrayLike<number>): Float64Array {
  const probabilities = Float64Array.from(weights);
  const total = probabilities.reduce((sum, weight) => sum + (weight >= 0 ? weight : NaN), 0);
  if (!(total > 0 && total < Infinity)) throw new LogitsError(`the weights ${show(probabilities)} define no distribution`);
  return probabilities.map((weight) => weight / total);
}

function notDeterministic(actual: string, expected: string): Error {
  return new Error(
    `enumerateOutcomes: the run is not determined by its draws: it ${actual}, before it was ${expected}. All randomness must come from the source, and samplers and processors must depend on a row and its own prefix only.`,
  );
}

function equal(a: Float64Array, b: Float64Array): boolean {
  return a.length === b.length && a.every((value, index) => value === b[index]);
}

function show(probabilities: Float64Array): string {
  return `[${probabilities.join(", ")}]`;
}
