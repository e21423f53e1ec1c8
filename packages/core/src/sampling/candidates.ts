import type { TokenId } from "../contracts/model.ts";
import type { Candidates, LogitsProcessor, Sequence } from "../contracts/sampler.ts";
import { LogitsError } from "../errors.ts";
import { argmax } from "./argmax.ts";

/** Returns the candidates of `row`, shape (vocabSize,), which is edited with them. All tokens are left at first. */
export function candidatesOf(row: Float32Array): Candidates {
  return new RowCandidates(row);
}

class RowCandidates implements Candidates {
  readonly row: Float32Array;
  #tokens: ArrayLike<TokenId> | undefined;

  constructor(row: Float32Array) {
    this.row = row;
  }

  get tokens(): ArrayLike<TokenId> | undefined {
    return this.#tokens;
  }

  keep(tokens: ArrayLike<TokenId>): void {
    const { row } = this;
    const logits = new Float32Array(tokens.length);
    for (let place = 0; place < tokens.length; place++) logits[place] = row[tokens[place]!]!;
    if (!this.#tokens) row.fill(-Infinity);
    else for (let place = 0; place < this.#tokens.length; place++) row[this.#tokens[place]!] = -Infinity;
    for (let place = 0; place < tokens.length; place++) row[tokens[place]!] = logits[place]!;
    this.#tokens = isAscending(tokens) ? tokens : Int32Array.from(tokens).toSorted();
  }
}

function isAscending(tokens: ArrayLike<TokenId>): boolean {
  for (let place = 1; place < tokens.length; place++) if (tokens[place]! < tokens[place - 1]!) return false;
  return true;
}

/** Returns the processor that does to a row what `narrow` does to its candidates. */
export function narrowingProcessor(
  label: string,
  narrow: (candidates: Candidates, context: Sequence) => void,
  { argmaxInvariant = false }: Pick<LogitsProcessor, "argmaxInvariant"> = {},
): LogitsProcessor {
  const process = (row: Float32Array, context: Sequence): void => narrow(candidatesOf(row), context);
  return Object.assign(process, { label, argmaxInvariant, narrow });
}

/** The number of tokens that are left, or that may be. */
export function countOf({ row, tokens }: Candidates): number {
  return (tokens ?? row).length;
}

/**
 * Returns the most likely token that is left; the lowest id wins a tie.
 * @throws LogitsError if the logit of a token that is left is NaN or +Infinity, or all are -Infinity.
 */
export function mostLikelyOf({ row, tokens }: Candidates): TokenId {
  if (!tokens) return argmax(row);
  let best = -1;
  let maximum = -Infinity;
  for (let place = 0; place < tokens.length; place++) {
    const logit = row[tokens[place]!]!;
    if (!(logit < Infinity)) throw new LogitsError(`${logit} for token ${tokens[place]}`);
    if (logit <= maximum) continue;
    maximum = logit;
    best = tokens[place]!;
  }
  if (best < 0) throw new LogitsError("every token is -Infinity");
  return best;
}

/**
 * Writes the probability of each token that is left to `probabilities`, shape (countOf(candidates),), float64: by its place in `tokens`, or
 * by its id if all are left. Returns it. @throws LogitsError like `mostLikelyOf`.
 */
export function probabilitiesOf(candidates: Candidates, probabilities: Float64Array): Float64Array {
  const { row, tokens } = candidates;
  const maximum = row[mostLikelyOf(candidates)]!;
  const count = countOf(candidates);
  let sum = 0;
  for (let place = 0; place < count; place++) {
    const weight = Math.exp(row[tokens ? tokens[place]! : place]! - maximum);
    probabilities[place] = weight;
    sum += weight;
  }
  for (let place = 0; place < count; place++) probabilities[place]! /= sum;
  return probabilities;
}

/** Keeps the tokens at `places`, in any order: places in `candidates.tokens`, or ids if all are left. */
export function keepPlaces(candidates: Candidates, places: readonly number[]): void {
  const { tokens } = candidates;
  candidates.keep(tokens ? places.map((place) => tokens[place]!) : places);
}

/** Keeps the tokens whose logits are at least `minimum`. */
export function keepFrom(candidates: Candidates, minimum: number): void {
  const { row, tokens } = candidates;
  const kept: TokenId[] = [];
  const count = countOf(candidates);
  for (let place = 0; place < count; place++) {
    const token = tokens ? tokens[place]! : place;
    if (row[token]! >= minimum && row[token]! > -Infinity) kept.push(token);
  }
  candidates.keep(kept);
}
