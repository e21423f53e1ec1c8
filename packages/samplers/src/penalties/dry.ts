import { type LogitsProcessor, type OptionDefinitions, resolveOptions, type TokenId } from "@decodekit/core";
import { SEQUENCES } from "../options.ts";
import { windowOf } from "./window.ts";

export interface DryOptions {
  /** What the penalty of the shortest repeat is, >= 0; 0 switches it off. */
  readonly multiplier: number;
  /** By what each further token multiplies it, >= 1. @defaultValue 1.75 */
  readonly base?: number | undefined;
  /** Length of the shortest repeat that is penalised, in tokens, an integer >= 1. @defaultValue 2 */
  readonly allowedLength?: number | undefined;
  /** How many of the last tokens are searched for repeats, an integer >= 0. @defaultValue all of them */
  readonly lastN?: number | undefined;
  /** Sequences of tokens that no repeat reaches across, such as the end of a line. @defaultValue [] */
  readonly breakers?: readonly (readonly TokenId[])[] | undefined;
}

const DRY = {
  multiplier: { type: "number", help: "Penalty of the shortest repeat", minimum: 0, required: true },
  base: { type: "number", help: "What each further token multiplies the penalty by", default: 1.75, minimum: 1 },
  allowedLength: { type: "integer", help: "Length of the shortest repeat that is penalised", default: 2, minimum: 1 },
  lastN: { type: "integer", help: "How many of the last tokens are searched for repeats", minimum: 0 },
  breakers: SEQUENCES,
} as const satisfies OptionDefinitions<DryOptions>;

/** Penalties are at most base to this power times the multiplier: the largest float32 has this natural logarithm. */
const LARGEST_LOGARITHM = 88.7228391;

/**
 * "Don't repeat yourself": subtracts multiplier · base^(n - allowedLength) from the logit of a token that would continue a repeat of the
 * last n tokens, n >= allowedLength; the longest repeat counts. A breaker ends what may repeat, and a breaker of one token is never
 * penalised. As in text-generation-webui and llama.cpp. Linear in the number of tokens that are searched.
 * @throws InvalidOptionError for an unknown or invalid option.
 */
export function dry(options: DryOptions): LogitsProcessor {
  const { multiplier, base, allowedLength, lastN, breakers = [] } = resolveOptions("dry", options, DRY);
  const single = new Set(breakers.flatMap((breaker) => (breaker.length === 1 ? breaker : [])));
  const mostRepeated = base > 1.000001 ? LARGEST_LOGARITHM / Math.log(base) : Infinity;
  const process = (row: Float32Array, sequence: Parameters<LogitsProcessor>[1]): void => {
    if (multiplier === 0) return;
    const backwards = windowOf(sequence, { lastN }).toReversed();
    const limit = lengthToBreaker(backwards, breakers);
    if (limit < allowedLength) return;
    const repeats = new Map<TokenId, number>();
    for (const [place, length] of commonPrefixes(backwards).entries()) {
      const repeat = Math.min(length, limit);
      if (place === 0 || repeat < allowedLength) continue;
      const next = backwards[place - 1]!;
      if (repeat > (repeats.get(next) ?? 0)) repeats.set(next, repeat);
    }
    for (const [token, repeat] of repeats) {
      if (!single.has(token)) row[token]! -= multiplier * base ** Math.min(repeat - allowedLength, mostRepeated);
    }
  };
  return Object.assign(process, {
    label: `dry(${multiplier}, base ${base}, allowed ${allowedLength}${lastN === undefined ? "" : `, last ${lastN}`})`,
  });
}

/** Returns how many of the last tokens come after the last breaker; `backwards` is the sequence in reverse. */
function lengthToBreaker(backwards: Int32Array, breakers: readonly (readonly TokenId[])[]): number {
  const ends = breakers.map((breaker) => breaker.toReversed());
  for (let place = 0; place < backwards.length; place++) {
    if (ends.some((end) => end.every((token, index) => backwards[place + index] === token))) return place;
  }
  return backwards.length;
}

/** Returns for each place how many tokens from there on equal those from the start on, by the Z algorithm. The first is 0. */
function commonPrefixes(tokens: Int32Array): Int32Array {
  const lengths = new Int32Array(tokens.length);
  let start = 0;
  let end = 0;
  for (let place = 1; place < tokens.length; place++) {
    let length = place < end ? Math.min(end - place, lengths[place - start]!) : 0;
    while (place + length < tokens.length && tokens[length] === tokens[place + length]) length++;
    lengths[place] = length;
    if (place + length > end) [start, end] = [place, place + length];
  }
  return lengths;
}
