import { InvalidOptionError } from "../errors.ts";
import { randomFrom, type RandomSource, type RandomState, stateOf } from "../random.ts";

/** @throws InvalidOptionError for a source that was not made by `seededRandom`: its draws cannot cross. */
export function sendRandom(random: RandomSource | undefined): RandomState | undefined {
  if (!random) return undefined;
  const state = stateOf(random);
  if (state) return state;
  const expected = "a source made by seededRandom, of which the worker gets a copy (or give a seed)";
  throw new InvalidOptionError({ where: "generate", option: "random", expected, actual: random });
}

export function receiveRandom(state: RandomState | undefined): RandomSource | undefined {
  return state && randomFrom(state);
}
