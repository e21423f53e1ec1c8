import { checkOptions, InvalidOptionError, numberBetween } from "@decodekit/core";

/** Steers predictions by what they would be without the prompt. */
export interface Guidance {
  readonly name: "classifier-free";
  readonly scale: number;
}

/**
 * Classifier-free guidance: predicts a second time with every token of the prompt masked, and moves the logits away from that
 * (Ho and Salimans 2022; LLaDA's `cfg_scale`). Doubles the passes. `scale` > 0; to have none, leave guidance out.
 * @throws InvalidOptionError for an unknown option or one out of range.
 */
export function classifierFree(options: { readonly scale: number }): Guidance {
  const check = numberBetween(0, Infinity, { exclusiveMinimum: true });
  checkOptions("classifierFree", options, { scale: check });
  if (!check.accepts(options.scale)) {
    throw new InvalidOptionError({ where: "classifierFree", option: "scale", expected: check.expected, actual: options.scale });
  }
  return { name: "classifier-free", scale: options.scale };
}

/**
 * Writes u + (scale + 1)(l - u) to `out`, for logits l with and u without the prompt, shapes (V,). A token that l forbids stays
 * forbidden; one that only u forbids keeps l.
 */
export function guideLogits(
  out: Float32Array | Float64Array,
  conditional: ArrayLike<number>,
  unconditional: ArrayLike<number>,
  scale: number,
): void {
  for (let token = 0; token < out.length; token++) {
    const l = conditional[token]!;
    const u = unconditional[token]!;
    out[token] = Number.isFinite(l) && u !== -Infinity ? u + (scale + 1) * (l - u) : l;
  }
}
