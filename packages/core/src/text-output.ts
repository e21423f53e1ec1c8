import type { TokenId } from "./model.ts";
import { stopStringFilter } from "./stop-strings.ts";
import { incrementalText } from "./text-decoder.ts";
import type { Tokenizer } from "./tokenizer.ts";

/** The text of committed tokens, in pieces. Decoding them takes time, so without stop strings it is done when somebody wants to know. */
export interface TextOutput {
  /** What is certain of the text, as of the last `update`. */
  readonly pieces: readonly string[];
  /**
   * Takes committed tokens, up to the one that completes a stop string. Returns how many those are when there is such a token: then the
   * text is at its end; else undefined.
   */
  commit(tokens: Int32Array): number | undefined;
  /** Brings `pieces` up to date. */
  update(): void;
  /** Adds the rest, also what was held back. Returns true when a stop string ended it. */
  end(): boolean;
}

export interface TextOutputOptions {
  /** The tokens that the output continues, shape (n,). */
  readonly prompt: Int32Array;
  readonly stopStrings: readonly string[];
}

export function textOutput(tokenizer: Tokenizer, { prompt, stopStrings }: TextOutputOptions): TextOutput {
  const pieces: string[] = [];
  const text = incrementalText(tokenizer, prompt);
  const filter = stopStringFilter(stopStrings);
  let undecoded: TokenId[] = [];
  let stopped = false;

  const show = (piece: string): void => {
    if (piece !== "") pieces.push(piece);
  };
  const add = (more: string): void => {
    if (stopped) return;
    const certain = filter.push(more);
    show(certain.text);
    stopped = certain.stopped;
  };
  const update = (): void => {
    if (undecoded.length === 0) return;
    const tokens = Int32Array.from(undecoded);
    undecoded = [];
    add(text.push(tokens));
  };

  return {
    pieces,
    commit(tokens) {
      if (stopStrings.length === 0) {
        undecoded.push(...tokens);
        return undefined;
      }
      for (let index = 0; index < tokens.length; index++) {
        add(text.push(tokens.subarray(index, index + 1)));
        if (stopped) return index + 1;
      }
      return undefined;
    },
    update,
    end() {
      update();
      add(text.end());
      if (!stopped) show(filter.end());
      return stopped;
    },
  };
}
