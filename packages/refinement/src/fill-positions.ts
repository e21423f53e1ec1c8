import { type DecodeEvent, type DecodeContext, InvalidOptionError } from "@decodekit/core";
import { createCanvas } from "./canvas.ts";
import type { Predictor } from "./predictor.ts";
import { refineCanvas } from "./refine-canvas.ts";
import type { FillSettings } from "./refine-options.ts";

/**
 * Fills the `free` positions of `text`, which follows the prefix, and returns the tokens. All other positions keep their token and are
 * seen by every pass.
 */
export async function* fillPositions(
  context: DecodeContext<"masked">,
  predictor: Predictor,
  settings: FillSettings,
  { text, free }: { readonly text: Int32Array; readonly free: readonly number[] },
): AsyncGenerator<DecodeEvent, Int32Array, void> {
  const canvas = createCanvas(text, free, context.models.masked.maskTokenId);
  const steps = settings.steps ?? Math.max(1, free.length);
  yield* refineCanvas(context, predictor, settings, {
    canvas,
    steps,
    lookahead: 0,
    stopsAtStopToken: true,
    random: context.random.fork(context.tokens.length),
  });
  return canvas.tokens;
}

/** @throws InvalidOptionError if a token is outside the vocabulary or is the mask token. Those at `free` positions may be anything. */
export function checkFixedTokens(
  { models: { masked } }: DecodeContext<"masked">,
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
