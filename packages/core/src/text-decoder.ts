import type { TokenId } from "./model.ts";
import type { Tokenizer } from "./tokenizer.ts";

const REPLACEMENT = "\uFFFD";
/** A character has at most 4 bytes: of more unfinished ones than 3 the first can no longer become one. */
const MOST_UNFINISHED = 3;
/** Tokens with text of their own that the last unfinished characters can be spread over. */
const MOST_UNFINISHED_TOKENS = 4 * MOST_UNFINISHED;
/** A longer window is cut even while it ends with an unfinished character. */
const LONGEST_WINDOW = 48;

/** Turns tokens into text that only ever grows. */
export interface IncrementalText {
  /** Adds tokens; returns the text that is certain now. */
  push(tokens: Int32Array): string;
  /** Returns what was held back, unfinished characters as U+FFFD. */
  end(): string;
}

/**
 * Decodes the tokens that continue `prompt`, shape (n,), n >= 0, as they come; all pieces together are what they add to the text of the
 * prompt, whatever the groups in which they come. A character whose bytes are spread over several tokens is held back until it is whole.
 *
 * A tokenizer may join neighbours (spaces, runs of bytes), and the first token that it decodes may lose its space. So each step decodes a
 * window of the last tokens, which begins with one that has text of its own: special tokens, for example, have none.
 */
export function incrementalText(tokenizer: Tokenizer, prompt: Int32Array = new Int32Array()): IncrementalText {
  const decode = (tokens: readonly TokenId[]): string => tokenizer.decode(Int32Array.from(tokens));
  /** The end of `tokens` with so many tokens that have text of their own. */
  const endOf = (tokens: ArrayLike<TokenId>, visible: number): readonly TokenId[] => {
    const end: TokenId[] = [];
    for (let index = tokens.length - 1, found = 0; index >= 0 && found < visible; index--) {
      end.unshift(tokens[index]!);
      if (decode([tokens[index]!]) !== "") found++;
    }
    return end;
  };
  // Begins when something is to be decoded.
  let window: readonly TokenId[] | undefined;
  // What the prompt's end says by itself, until something was given out.
  let promptText: string | undefined;
  // Of the window's text, this much was given out.
  let given = 0;

  const windowWith = (tokens: Int32Array): readonly TokenId[] => {
    if (!window) {
      window = endOf(prompt, MOST_UNFINISHED_TOKENS);
      promptText = decode(window);
      given = promptText.length;
    }
    return tokens.length === 0 ? window : [...window, ...tokens];
  };

  /** Gives out the text of the window but for its last `held` characters. */
  const take = (text: string, held: number): string => {
    // The prompt may end within a character, which then belongs to what completes it.
    if (promptText !== undefined) given = commonStart(promptText, text);
    const end = Math.max(given, text.length - held);
    const fresh = text.slice(given, end);
    if (fresh !== "") promptText = undefined;
    given = end;
    shorten(text, held === 0);
    return fresh;
  };

  const shorten = (text: string, isWhole: boolean): void => {
    if (!window || (!isWhole && window.length <= LONGEST_WINDOW)) return;
    const shorter = endOf(window, isWhole ? 1 : MOST_UNFINISHED_TOKENS);
    const shorterText = decode(shorter);
    const rest = text.slice(given);
    if (!shorterText.endsWith(rest)) return;
    window = shorter;
    given = shorterText.length - rest.length;
    if (promptText !== undefined) promptText = shorterText.slice(0, given);
  };

  return {
    push(tokens) {
      window = windowWith(tokens);
      const text = decode(window);
      return take(text, unfinishedAtEnd(text));
    },
    end: () => take(decode(windowWith(new Int32Array())), 0),
  };
}

/**
 * What `tokens`, shape (n,), add to the text of `before`, shape (m,): with the space between them, and a character that `before` began. Bytes
 * that are no valid UTF-8 become U+FFFD.
 */
export function continuationText(tokenizer: Tokenizer, before: Int32Array, tokens: Int32Array): string {
  const text = incrementalText(tokenizer, before);
  return text.push(tokens) + text.end();
}

/** How many characters at the end of `text` more tokens could change: those that may be bytes of one that is not whole. */
function unfinishedAtEnd(text: string): number {
  let count = 0;
  while (count < MOST_UNFINISHED && text.at(-1 - count) === REPLACEMENT) count++;
  return count;
}

/** Length of what `a` and `b` begin with alike. */
function commonStart(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return length;
}
