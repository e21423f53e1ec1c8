import type { TokenId } from "../contracts/model.ts";
import type { Tokenizer } from "../contracts/tokenizer.ts";

const REPLACEMENT = "\uFFFD";
/** A character has at most 4 bytes, so the first of more than 3 unfinished bytes can no longer begin one. */
const MAX_UNFINISHED = 3;
/** Maximum number of tokens with text over which the last unfinished characters can be spread. */
const MAX_UNFINISHED_TOKENS = 4 * MAX_UNFINISHED;
/** A longer window is cut even if it ends with an unfinished character. */
const MAX_WINDOW = 48;

/** Turns tokens into text that only grows. */
export interface IncrementalText {
  /** Adds tokens; returns the text that has become certain. */
  push(tokens: Int32Array): string;
  /** Returns the text that was held back, with unfinished characters as U+FFFD. */
  end(): string;
}

/**
 * Decodes the tokens that continue `prompt`, shape (n,), n >= 0, incrementally. All pieces together are the text that the tokens add to
 * the prompt's text, for any grouping of the tokens. A character that is spread over several tokens is held back until it is complete.
 *
 * A tokenizer may join neighbours (spaces, runs of bytes), and the first token that it decodes may lose its space. So each step decodes a
 * window of the last tokens, which begins with a token that has text; special tokens, for example, have none.
 */
export function incrementalText(tokenizer: Tokenizer, prompt: Int32Array = new Int32Array()): IncrementalText {
  const decode = (tokens: readonly TokenId[]): string => tokenizer.decode(Int32Array.from(tokens));
  /** Returns the shortest end of `tokens` with `visible` tokens that have text. */
  const endOf = (tokens: ArrayLike<TokenId>, visible: number): readonly TokenId[] => {
    const end: TokenId[] = [];
    for (let index = tokens.length - 1, found = 0; index >= 0 && found < visible; index--) {
      end.unshift(tokens[index]!);
      if (decode([tokens[index]!]) !== "") found++;
    }
    return end;
  };
  // Set when the first tokens are decoded.
  let window: readonly TokenId[] | undefined;
  // The text of the prompt's end by itself, until some text was returned.
  let promptText: string | undefined;
  // Number of characters of the window's text that were returned.
  let given = 0;

  const windowWith = (tokens: Int32Array): readonly TokenId[] => {
    if (!window) {
      window = endOf(prompt, MAX_UNFINISHED_TOKENS);
      promptText = decode(window);
      given = promptText.length;
    }
    return tokens.length === 0 ? window : [...window, ...tokens];
  };

  /** Returns the new text of the window, without its last `held` characters. */
  const take = (text: string, held: number): string => {
    // The prompt may end within a character, which then belongs to the tokens that complete it.
    if (promptText !== undefined) given = commonStart(promptText, text);
    const end = Math.max(given, text.length - held);
    const fresh = text.slice(given, end);
    if (fresh !== "") promptText = undefined;
    given = end;
    shorten(text, held === 0);
    return fresh;
  };

  const shorten = (text: string, isWhole: boolean): void => {
    if (!window || (!isWhole && window.length <= MAX_WINDOW)) return;
    const shorter = endOf(window, isWhole ? 1 : MAX_UNFINISHED_TOKENS);
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
 * Returns the text that `tokens`, shape (n,), add to the text of `before`, shape (m,), including the space between them and a character
 * that begins in `before`. Bytes that are not valid UTF-8 become U+FFFD.
 */
export function continuationText(tokenizer: Tokenizer, before: Int32Array, tokens: Int32Array): string {
  const text = incrementalText(tokenizer, before);
  return text.push(tokens) + text.end();
}

/** Returns how many characters at the end of `text` later tokens could change: those that may be bytes of an incomplete character. */
function unfinishedAtEnd(text: string): number {
  let count = 0;
  while (count < MAX_UNFINISHED && text.at(-1 - count) === REPLACEMENT) count++;
  return count;
}

/** Returns the length of the common prefix of `a` and `b`. */
function commonStart(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return length;
}
