import type { DraftOutcome, TokenId } from "@decodekit/core";

/** The target's latest predictions for the positions after the committed ones. */
export interface JacobiWindow {
  observe(outcome: DraftOutcome): void;
  /** `count` guesses for the next positions: the target's predictions, then the last known token repeated. */
  guess(count: number): Int32Array;
  /** Absolute position of the next token. */
  readonly position: number;
  readonly last: TokenId;
}

export function jacobiWindow(prompt: Int32Array): JacobiWindow {
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
