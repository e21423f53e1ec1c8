import { LogitsError } from "../errors.ts";
import type { TokenId } from "../contracts/model.ts";

/**
 * Returns the index of the largest of `values`, shape (n,); the lowest index wins a tie.
 * @throws LogitsError if a value is NaN or +Infinity, or all are -Infinity.
 */
export function argmax(values: ArrayLike<number>): TokenId {
  let best = 0;
  let maximum = -Infinity;
  let sum = 0;
  for (let index = 0; index < values.length; index++) {
    const value = values[index]!;
    if (value > maximum) {
      maximum = value;
      best = index;
    }
    sum += value;
  }
  // Any NaN or +Infinity shows in the sum, so the loop needs no check.
  if (!(sum < Infinity) || maximum === -Infinity) throw new LogitsError(describeProblem(values));
  return best;
}

function describeProblem(values: ArrayLike<number>): string {
  const token = Array.prototype.findIndex.call(values, (value: number) => !(value < Infinity));
  if (token >= 0) return `${values[token]! > 0 ? "+" : ""}${values[token]} for token ${token}`;
  return values.length === 0 ? "the row is empty" : "every token is -Infinity";
}
