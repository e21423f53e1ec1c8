import { resolveOptions } from "@decodekit/core";

/** Steers predictions away from those without the prompt. */
export interface Guidance {
  readonly name: "classifier-free";
  readonly scale: number;
}

export interface ClassifierFreeOptions {
  /** Strength of the guidance, > 0. */
  readonly scale: number;
}

const OPTIONS = {
  scale: { type: "number", help: "Strength of the guidance", minimum: 0, exclusiveMinimum: true, required: true },
} as const;

/**
 * Creates classifier-free guidance: predicts a second time with every token of the prompt masked, and moves the logits away from that
 * prediction (Ho and Salimans 2022; LLaDA's `cfg_scale`). Doubles the passes. Omit `guidance` to disable it.
 * @throws InvalidOptionError for an unknown or invalid option.
 */
export function classifierFree(options: ClassifierFreeOptions): Guidance {
  const { scale } = resolveOptions<ClassifierFreeOptions, typeof OPTIONS>("classifierFree", options, OPTIONS);
  return { name: "classifier-free", scale };
}

/**
 * Writes u + (scale + 1)(l - u) to `out`, where l are the logits with the prompt and u those without, shapes (vocabSize,). A token that is
 * forbidden in l remains forbidden; one that is forbidden only in u keeps l.
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
