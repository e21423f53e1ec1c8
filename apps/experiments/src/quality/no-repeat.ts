import type { LogitsProcessor } from "@decodekit/core";

/** Forbids every token that would repeat an earlier run of `length` tokens; the prompt counts. */
export function noRepeat(length: number): LogitsProcessor {
  return (row, { tokens }) => {
    const end = tokens.length - length + 1;
    const last = tokens.subarray(end < 0 ? tokens.length : end);
    if (last.length < length - 1) return;
    for (let start = 0; start < end; start++) {
      if (last.every((token, offset) => tokens[start + offset] === token)) row[tokens[start + length - 1]!] = -Infinity;
    }
  };
}
