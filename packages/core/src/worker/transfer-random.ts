import { InvalidOptionError } from "../errors.ts";
import { randomFrom, type RandomSource, type RandomState, stateOf } from "../random/random.ts";

/** Returns the state of a source, to send it. @throws InvalidOptionError for a source that does not come from `seededRandom`. */
export function sendRandom(random: RandomSource | undefined): RandomState | undefined {
  if (!random) return undefined;
  const state = stateOf(random);
  if (state) return state;
  const expected = "a source created by seededRandom, which is copied to the worker (or pass a seed)";
  throw new InvalidOptionError({ where: "generate", option: "random", expected, actual: random });
}

export function receiveRandom(state: RandomState | undefined): RandomSource | undefined {
  return state && randomFrom(state);
}
