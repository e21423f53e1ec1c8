import { type Candidates, type LogitsProcessor, type OptionDefinitions, resolveOptions } from "@decodekit/core";
import { countOf, keepPlaces, probabilitiesOf, reusedArray } from "@decodekit/core/toolkit";
import { MIN_KEEP } from "../options.ts";
import { chain } from "../chain/chain.ts";
import type { Branch, ChanceProcessor } from "../chain/chance.ts";

export interface XtcOptions {
  /** The chance that the top choices are dropped, in [0, 1]. */
  readonly probability: number;
  /** The probability from which on a token is a top choice, in (0, 0.5]. @defaultValue 0.1 */
  readonly threshold?: number | undefined;
  /** Fewest tokens that dropping must leave, else it does not happen, an integer >= 1. @defaultValue 1 */
  readonly minKeep?: number | undefined;
}

export const XTC = {
  probability: { type: "number", help: "Chance that the top choices are dropped", minimum: 0, maximum: 1, required: true },
  threshold: {
    type: "number",
    help: "Probability from which on a token is a top choice",
    default: 0.1,
    minimum: 0,
    exclusiveMinimum: true,
    maximum: 0.5,
  },
  minKeep: MIN_KEEP,
} as const satisfies OptionDefinitions<XtcOptions>;

/**
 * Exclude top choices: with chance `probability`, drops all tokens of probability `threshold` or more except the least likely of them, the
 * highest id in a tie. Where fewer than two reach the threshold it does nothing. As in llama.cpp and text-generation-webui.
 *
 * Those systems draw whether to drop. Here both outcomes are mixed, which gives each token the same probability without a draw, so that
 * drafts can be verified.
 * @throws InvalidOptionError for an unknown or invalid option.
 */
export function xtc(options: XtcOptions): ChanceProcessor {
  const { probability, threshold, minKeep } = resolveOptions("xtc", options, XTC);
  const reused = reusedArray();
  const keepAll = (): void => undefined;

  const branches = (candidates: Candidates): readonly Branch[] => {
    const probabilities = probabilitiesOf(candidates, reused(countOf(candidates)));
    const top: number[] = [];
    for (let place = 0; place < probabilities.length; place++) if (probabilities[place]! >= threshold) top.push(place);
    if (top.length < 2 || probability === 0) return [{ probability: 1, narrow: keepAll }];
    const last = top.reduce((least, place) => (probabilities[place]! <= probabilities[least]! ? place : least));
    const dropped = new Set(top.filter((place) => place !== last));
    const kept: number[] = [];
    for (let place = 0; place < probabilities.length; place++) if (probabilities[place]! > 0 && !dropped.has(place)) kept.push(place);
    if (kept.length < minKeep) return [{ probability: 1, narrow: keepAll }];
    const drops: Branch = { probability, narrow: (left) => keepPlaces(left, kept) };
    return probability === 1 ? [drops] : [drops, { probability: 1 - probability, narrow: keepAll }];
  };

  const process: LogitsProcessor = (row, context) => {
    const probabilities = chain([step]).distribution(row, context);
    for (let token = 0; token < row.length; token++) row[token] = Math.log(probabilities[token]!);
  };
  const step = Object.assign(process, { label: `xtc(${probability}, threshold ${threshold})`, branches });
  return step;
}
