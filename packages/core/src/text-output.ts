import type { TokenId } from "./model.ts";
import { stopStringFilter } from "./stop-strings.ts";
import { incrementalText } from "./text-decoder.ts";
import type { Tokenizer } from "./tokenizer.ts";

/** The text of committed tokens, in pieces. Spelling costs time, so it is done when somebody wants to know. */
export interface TextOutput {
  /** What is certain of the text, as far as `spell` went. */
  readonly pieces: readonly string[];
  /** Takes committed tokens. Returns true when they complete a stop string: then the text is at its end. */
  commit(tokens: Int32Array): boolean;
  /** Brings `pieces` up to date. */
  spell(): void;
  /** Spells the rest, also what was held back. Returns true when a stop string ended it. */
  end(): boolean;
}

export function textOutput(tokenizer: Tokenizer, stopStrings: readonly string[]): TextOutput {
  const pieces: string[] = [];
  const text = incrementalText(tokenizer);
  const filter = stopStringFilter(stopStrings);
  let unspelled: TokenId[] = [];
  let stopped = false;

  const show = (piece: string): void => {
    if (piece !== "") pieces.push(piece);
  };
  const push = (more: string): void => {
    if (stopped) return;
    const certain = filter.push(more);
    show(certain.text);
    stopped = certain.stopped;
  };
  const spell = (): void => {
    if (unspelled.length === 0) return;
    const tokens = Int32Array.from(unspelled);
    unspelled = [];
    push(text.push(tokens));
  };

  return {
    pieces,
    commit(tokens) {
      unspelled.push(...tokens);
      if (stopStrings.length > 0) spell();
      return stopped;
    },
    spell,
    end() {
      spell();
      push(text.end());
      if (!stopped) show(filter.end());
      return stopped;
    },
  };
}
