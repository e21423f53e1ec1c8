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
  // The tokens that end the text given out so far, and what they spell; then the tokens not given out yet.
  let before: readonly number[] = [];
  let known = "";
  let pending: number[] = [];

  const spell = (tokens: readonly number[]): string => tokenizer.decode(Int32Array.from(tokens));

  const take = (text: string): string => {
    const fresh = text.slice(known.length);
    before = pending;
    known = spell(before);
    pending = [];
    return fresh;
  };

  const pushEach = (tokens: Int32Array): string => {
    let certain = "";
    for (const token of tokens) {
      pending.push(token);
      const text = spell([...before, ...pending]);
      if (!text.endsWith(REPLACEMENT)) certain += take(text);
    }
    return certain;
  };

  return {
    push(tokens) {
      const text = spell([...before, ...pending, ...tokens]);
      if (text.endsWith(REPLACEMENT)) return pushEach(tokens);
      pending.push(...tokens);
      return take(text);
    },
    end: () => take(spell([...before, ...pending])),
  };
}
