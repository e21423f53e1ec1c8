import type { TokenId } from "@decodekit/core";

/** The tokens at the end of the output that are searched in the original. */
const LONGEST_MATCH = 8;

/**
 * Returns the tokens of `original` that continue `output`, at most `length`, as a view. They follow the longest run of up to 8 tokens at
 * the end of the output that the original contains; of several, the run that is closest to the output's own length, the first among
 * equals. Without any, they begin at the output's length.
 */
export function copiedDraft(original: Int32Array, output: Int32Array, length: number): Int32Array {
  const start = continuation(original, output);
  return original.subarray(start, start + length);
}

function continuation(original: Int32Array, output: Int32Array): number {
  const expected = output.length;
  for (let size = Math.min(LONGEST_MATCH, output.length); size > 0; size--) {
    let closest: number | undefined;
    for (let start = size; start <= original.length; start++) {
      if (!endsAlike(original, start, output, size)) continue;
      if (closest === undefined || Math.abs(start - expected) < Math.abs(closest - expected)) closest = start;
    }
    if (closest !== undefined) return closest;
  }
  return Math.min(expected, original.length);
}

/** Whether the `size` tokens before `end` of the original are the last ones of the output. */
function endsAlike(original: Int32Array, end: number, output: Int32Array, size: number): boolean {
  for (let back = 1; back <= size; back++) if (original[end - back] !== output[output.length - back]) return false;
  return true;
}

/** What an edited text is copied from: its tokens, or a function that takes them from the prompt. */
export type Original = ArrayLike<TokenId> | ((prompt: Int32Array) => ArrayLike<TokenId>);
