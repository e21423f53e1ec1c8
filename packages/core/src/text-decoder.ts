import type { Tokenizer } from "./tokenizer.ts";

const REPLACEMENT = "\uFFFD";

/** Turns tokens into text that only ever grows. */
export interface IncrementalText {
  /** Adds tokens; returns the text that is certain now. */
  push(tokens: Int32Array): string;
  /** Returns what was held back, unfinished characters as U+FFFD. */
  end(): string;
}

/**
 * Decodes tokens as they come. A character whose bytes are spread over several tokens is held back until it is whole.
 * Each step decodes a window of the last few tokens, since a tokenizer may join neighbours (spaces, byte runs).
 */
export function incrementalText(tokenizer: Tokenizer): IncrementalText {
  const tokens: number[] = [];
  // Text of [windowStart, readEnd) was given out already; tokens from readEnd on are not, or only in part.
  let windowStart = 0;
  let readEnd = 0;
  const textOf = (start: number, end: number): string => tokenizer.decode(Int32Array.from(tokens.slice(start, end)));

  const take = (): string => {
    const known = textOf(windowStart, readEnd);
    const text = textOf(windowStart, tokens.length);
    windowStart = readEnd;
    readEnd = tokens.length;
    return text.slice(known.length);
  };

  return {
    push(more) {
      let certain = "";
      for (const token of more) {
        tokens.push(token);
        if (!textOf(windowStart, tokens.length).endsWith(REPLACEMENT)) certain += take();
      }
      return certain;
    },
    end: take,
  };
}
