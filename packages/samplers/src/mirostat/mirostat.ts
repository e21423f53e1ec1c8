import { type Candidates, type LogitsProcessor, type OptionDefinitions, resolveOptions } from "@decodekit/core";
import { countOf, keepPlaces, narrowingProcessor, probabilitiesOf, reusedArray } from "@decodekit/core/toolkit";
import { entropyOf } from "../processors/entropy.ts";
import { likeliestOf } from "../processors/likeliest.ts";
import { SurpriseHistory } from "./surprise-history.ts";

export interface MirostatOptions {
  /** The surprise to aim at, in bits per token, > 0. @defaultValue 5 */
  readonly tau?: number | undefined;
  /** How fast the limit follows, in (0, 1]. @defaultValue 0.1 */
  readonly eta?: number | undefined;
}

export const MIROSTAT = {
  tau: { type: "number", help: "Surprise to aim at, in bits per token", default: 5, minimum: 0, exclusiveMinimum: true },
  eta: { type: "number", help: "How fast the limit follows the surprise", default: 0.1, minimum: 0, exclusiveMinimum: true, maximum: 1 },
} as const satisfies OptionDefinitions<MirostatOptions>;

/** Tokens from which version 1 estimates the exponent of Zipf's law. */
const ESTIMATED_FROM = 100;

/**
 * Mirostat 2 (Basu et al. 2021, arXiv 2007.14966, algorithm 2): drops the tokens whose surprise, -log2 p, is above a limit mu, but not the
 * most likely one. mu is 2 tau at first, and each token of the output of surprise s under what was left moves it by -eta (s - tau).
 *
 * mu is a function of the prefix and of the rows before, which the processor remembers (1024 positions, and up to 64 MiB of what may follow
 * the last ones): so drafts can be verified. It must see the row of every position of the output, in order, those of one model only, and
 * know where the output begins: `withProcessors` needs `promptLength` for it.
 * @throws InvalidOptionError for an unknown or invalid option; the processor throws it if the row before was never processed.
 */
export function mirostat(options: MirostatOptions = {}): LogitsProcessor {
  return limitedSurprise("mirostat", options, (candidates, probabilities, mu) => {
    const least = 2 ** -mu;
    let best = 0;
    for (let place = 1; place < probabilities.length; place++) if (probabilities[place]! > probabilities[best]!) best = place;
    const places: number[] = [];
    for (let place = 0; place < probabilities.length; place++) {
      if (place === best || (probabilities[place]! >= least && probabilities[place]! > 0)) places.push(place);
    }
    keepPlaces(candidates, places);
  });
}

/**
 * Mirostat 1 (the same paper, algorithm 1): keeps the k most likely tokens, where k follows from mu and from the exponent of Zipf's law,
 * which is estimated from the 100 most likely tokens. Otherwise like `mirostat`.
 * @throws InvalidOptionError like `mirostat`.
 */
export function mirostat1(options: MirostatOptions = {}): LogitsProcessor {
  return limitedSurprise("mirostat1", options, (candidates, _, mu) => {
    const likeliest = likeliestOf(candidates, ESTIMATED_FROM);
    const exponent = zipfExponent(likeliest.map((token) => candidates.row[token]!));
    const above = exponent - 1;
    const k = ((above * 2 ** mu) / (1 - candidates.row.length ** -above)) ** (1 / exponent);
    const count = Math.max(1, Number.isNaN(k) ? 1 : Math.min(Math.trunc(k), countOf(candidates)));
    const kept = count > likeliest.length ? likeliestOf(candidates, count) : likeliest.slice(0, count);
    candidates.keep(kept);
  });
}

/** Least squares estimate of the exponent s in p(rank) ∝ rank^-s, from log-probabilities (up to a constant) in descending order. */
function zipfExponent(logits: readonly number[]): number {
  let products = 0;
  let squares = 0;
  for (let rank = 0; rank + 1 < logits.length; rank++) {
    const step = Math.log((rank + 2) / (rank + 1));
    products += step * (logits[rank]! - logits[rank + 1]!);
    squares += step * step;
  }
  return products / squares;
}

function limitedSurprise(
  name: "mirostat" | "mirostat1",
  options: MirostatOptions,
  truncate: (candidates: Candidates, probabilities: Float64Array, mu: number) => void,
): LogitsProcessor {
  const { tau, eta } = resolveOptions(name, options, MIROSTAT);
  const reused = reusedArray();
  const next = (mu: number, surprise: number): number => mu - eta * (surprise - tau);
  const history = new SurpriseHistory({ where: name, start: 2 * tau, next });
  const process = narrowingProcessor(
    `${name}(tau ${tau}, eta ${eta})`,
    (candidates, context) => {
      const mu = history.stateAt(context);
      truncate(candidates, probabilitiesOf(candidates, reused(countOf(candidates))), mu);
      const bits = surprisesOf(candidates, probabilitiesOf(candidates, reused(countOf(candidates))));
      const isWhole = bits.length === candidates.row.length;
      history.remember(context, mu, { tokens: isWhole ? undefined : candidates.tokens, bits });
    },
    { argmaxInvariant: true },
  );
  return Object.assign(process, { remembers: true });
}

/** Returns the surprise of every token that is left, in bits, by its place: -log2 p = (ln Z - l) / ln 2. */
function surprisesOf(candidates: Candidates, probabilities: Float64Array): Float32Array {
  const { row, tokens } = candidates;
  const { logNormaliser } = entropyOf(candidates, probabilities);
  const bits = new Float32Array(probabilities.length);
  for (let place = 0; place < bits.length; place++) bits[place] = (logNormaliser - row[tokens ? tokens[place]! : place]!) / Math.LN2;
  return bits;
}
