import type { TokenId } from "../contracts/model.ts";
import { type StopStringFilter, stopStringFilter } from "./stop-strings.ts";
import { type IncrementalText, incrementalText } from "./incremental-text.ts";
import type { Tokenizer } from "../contracts/tokenizer.ts";

/** The text of committed tokens, in pieces. Decoding takes time, so without stop strings it is done on demand. */
export interface TextOutput {
  /** The text that was certain at the last `update`. */
  readonly pieces: readonly string[];
  /**
   * Adds committed tokens, up to the one that completes a stop string. Returns the number of tokens added if there is such a token, which
   * ends the text; else undefined.
   */
  commit(tokens: Int32Array): number | undefined;
  /** Brings `pieces` up to date. */
  update(): void;
  /** Adds the rest, including the text that was held back. Returns true if a stop string ended the text. */
  end(): boolean;
}

export interface TextOutputOptions {
  /** The tokens that the output continues, shape (n,). */
  readonly prompt: Int32Array;
  readonly stopStrings: readonly string[];
}

export function textOutput(tokenizer: Tokenizer, options: TextOutputOptions): TextOutput {
  return new GrowingText(tokenizer, options);
}

class GrowingText implements TextOutput {
  readonly pieces: string[] = [];
  readonly #text: IncrementalText;
  readonly #filter: StopStringFilter;
  readonly #hasStopStrings: boolean;
  #undecoded: TokenId[] = [];
  #stopped = false;

  constructor(tokenizer: Tokenizer, { prompt, stopStrings }: TextOutputOptions) {
    this.#text = incrementalText(tokenizer, prompt);
    this.#filter = stopStringFilter(stopStrings);
    this.#hasStopStrings = stopStrings.length > 0;
  }

  commit(tokens: Int32Array): number | undefined {
    if (!this.#hasStopStrings) {
      for (const token of tokens) this.#undecoded.push(token);
      return undefined;
    }
    for (let index = 0; index < tokens.length; index++) {
      this.#add(this.#text.push(tokens.subarray(index, index + 1)));
      if (this.#stopped) return index + 1;
    }
    return undefined;
  }

  update(): void {
    if (this.#undecoded.length === 0) return;
    const tokens = Int32Array.from(this.#undecoded);
    this.#undecoded = [];
    this.#add(this.#text.push(tokens));
  }

  end(): boolean {
    this.update();
    this.#add(this.#text.end());
    if (!this.#stopped) this.#show(this.#filter.end());
    return this.#stopped;
  }

  #add(more: string): void {
    if (this.#stopped) return;
    const certain = this.#filter.push(more);
    this.#show(certain.text);
    this.#stopped = certain.stopped;
  }

  #show(piece: string): void {
    if (piece !== "") this.pieces.push(piece);
  }
}
