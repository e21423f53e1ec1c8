import { type DecodeEvent, type DecodeRun, InvalidOptionError } from "@decodekit/core";
import { createCanvas } from "./canvas.ts";
import type { Predictor } from "./predictor.ts";
import { refineCanvas } from "./refine-canvas.ts";
import type { FillSettings } from "./refine-options.ts";

/**
 * Fills the `free` positions of `text`, which stands after the prefix; all others keep their token and are seen by every
 * pass. Gives the tokens.
 */
export async function* fillGaps(
  run: DecodeRun<"masked">,
  predictor: Predictor,
  settings: FillSettings,
  { text, free }: { readonly text: Int32Array; readonly free: readonly number[] },
): AsyncGenerator<DecodeEvent, Int32Array, void> {
  const canvas = createCanvas(text, free, run.models.masked.maskTokenId);
  const steps = settings.steps ?? Math.max(1, free.length);
  yield* refineCanvas(run, predictor, settings, {
    canvas,
    steps,
    lookahead: 0,
    mayLeave: true,
    random: run.random.fork(run.tokens.length),
  });
  return canvas.tokens;
}

/** @throws InvalidOptionError when a token is outside the vocabulary or the mask token. Those at `free` positions may be anything. */
export function checkFixedTokens(
  { models: { masked } }: DecodeRun<"masked">,
  where: string,
  tokens: { readonly option: string; readonly values: Int32Array; readonly free?: readonly number[] },
): void {
  const { option, values, free = [] } = tokens;
  for (const [position, token] of values.entries()) {
    if (free.includes(position)) continue;
    if (token >= 0 && token < masked.vocabSize && token !== masked.maskTokenId) continue;
    const expected = `a token id in [0, ${masked.vocabSize}), not the mask token`;
    throw new InvalidOptionError({ where, option: `${option}[${position}]`, expected, actual: token });
  }
}

/** Whether `value` is an array of integers. */
export function isIntegers(value: unknown): value is ArrayLike<number> {
  return value instanceof Int32Array || (Array.isArray(value) && value.every(Number.isInteger));
}
