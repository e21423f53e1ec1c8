import type { DraftOutcome, TokenId } from "@decodekit/core";

/** The target's latest word on every position after the committed ones. */
export interface JacobiLine {
  observe(outcome: DraftOutcome): void;
  /** `count` guesses for the next positions: what the target said there, then the last known token over and over. */
  guess(count: number): Int32Array;
  /** Absolute position of the next token. */
  readonly position: number;
  readonly last: TokenId;
}

export function jacobiLine(prompt: Int32Array): JacobiLine {
  let position = prompt.length;
  let last = prompt.at(-1)!;
  let ahead = new Int32Array(0);
  return {
    get position() {
      return position;
    },
    get last() {
      return last;
    },
    observe({ tokens, predictions }) {
      position += tokens.length;
      last = tokens.at(-1)!;
      ahead = predictions?.slice(tokens.length) ?? new Int32Array(0);
    },
    guess(count) {
      const filler = ahead.at(-1) ?? last;
      return Int32Array.from({ length: count }, (_, place) => ahead[place] ?? filler);
    },
  };
}
