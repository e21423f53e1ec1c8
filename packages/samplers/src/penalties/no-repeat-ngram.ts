import { type LogitsProcessor, type OptionDefinitions, resolveOptions } from "@decodekit/core";
import { WINDOW, windowLabel, windowOf, type WindowOptions } from "./window.ts";

const OPTIONS = {
  size: { type: "integer", help: "Length of the n-grams that must not repeat", minimum: 1, required: true },
  of: WINDOW.of,
} as const satisfies OptionDefinitions<Pick<WindowOptions, "of"> & { readonly size: number }>;

/**
 * Forbids every token that would complete an n-gram of `size` tokens that was seen before: in prompt and output, or, with `of`, in one of
 * them (the prompt alone is the encoder's no-repeat n-gram size of transformers).
 * @throws InvalidOptionError for an unknown or invalid option.
 */
export function noRepeatNgram(size: number, options: Pick<WindowOptions, "of"> = {}): LogitsProcessor {
  const { of } = resolveOptions("noRepeatNgram", { ...options, size }, OPTIONS);
  const process = (row: Float32Array, sequence: Parameters<LogitsProcessor>[1]): void => {
    const { tokens } = sequence;
    const seen = windowOf(sequence, { of });
    const beginning = tokens.subarray(tokens.length - size + 1);
    if (tokens.length < size - 1) return;
    for (let start = 0; start + size <= seen.length; start++) {
      let same = 0;
      while (same < size - 1 && seen[start + same] === beginning[same]) same++;
      if (same === size - 1) row[seen[start + same]!] = -Infinity;
    }
  };
  return Object.assign(process, { label: `no-repeat-ngram(${size}${windowLabel({ of })})` });
}
