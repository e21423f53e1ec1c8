import type { TokenId, Tokenizer } from "@decodekit/core";

/** A tokenizer in whose texts certain special tokens stand as characters of their own. */
export interface MarkedTokenizer {
  readonly tokenizer: Tokenizer;
  /** Returns how a mark stands in a text: a character of its own if it is a special token, else its name. */
  readonly markOf: (name: string) => string;
  /** Returns `text` with such characters replaced by the names of their tokens. */
  readonly withNames: (text: string) => string;
}

/** The first of 32 characters that Unicode keeps for a program's own use: no text contains them. */
const FIRST_CHARACTER = 0xfdd0;

const known = new WeakMap<Tokenizer, Map<string, MarkedTokenizer>>();

/**
 * Returns a tokenizer in whose texts those of `names` that are special tokens can be seen, which `decode` otherwise leaves out. Names that
 * are written in ordinary tokens are not meant. It is the same object for the same arguments, so that a vocabulary is read once.
 */
export function markedTokenizer(tokenizer: Tokenizer, names: readonly string[]): MarkedTokenizer {
  const ofTokenizer = known.get(tokenizer) ?? new Map<string, MarkedTokenizer>();
  known.set(tokenizer, ofTokenizer);
  const key = names.join(" ");
  const marked = ofTokenizer.get(key) ?? createMarked(tokenizer, names);
  ofTokenizer.set(key, marked);
  return marked;
}

function createMarked(tokenizer: Tokenizer, names: readonly string[]): MarkedTokenizer {
  const special = names.filter((name) => tokenizer.specialTokens?.has(name));
  if (special.length === 0) return { tokenizer, markOf: (name) => name, withNames: (text) => text };
  const characters = new Map(special.map((name, index) => [name, String.fromCodePoint(FIRST_CHARACTER + index)]));
  const ofTokens = new Map(Array.from(characters, ([name, character]) => [tokenizer.specialTokens!.get(name)!, character]));
  const nameOf = new Map(Array.from(characters, ([name, character]) => [character, name]));
  return {
    tokenizer: withCharacters(tokenizer, ofTokens),
    markOf: (name) => characters.get(name) ?? name,
    withNames: (text) => text.replace(/[\uFDD0-\uFDEF]/gu, (character) => nameOf.get(character) ?? character),
  };
}

function withCharacters(tokenizer: Tokenizer, characters: ReadonlyMap<TokenId, string>): Tokenizer {
  const decode = (tokens: Int32Array): string => {
    let text = "";
    let start = 0;
    for (let index = 0; index < tokens.length; index++) {
      const character = characters.get(tokens[index]!);
      if (character === undefined) continue;
      if (index > start) text += tokenizer.decode(tokens.subarray(start, index));
      text += character;
      start = index + 1;
    }
    return start === 0 ? tokenizer.decode(tokens) : start < tokens.length ? text + tokenizer.decode(tokens.subarray(start)) : text;
  };
  const { vocabSize, specialTokens } = tokenizer;
  return {
    vocabSize,
    specialTokens,
    decode,
    encode: (text, options) => tokenizer.encode(text, options),
    tokenText: (token) => tokenizer.tokenText(token),
    ...(tokenizer.tokenBytes && {
      tokenBytes(token: TokenId) {
        const character = characters.get(token);
        return character === undefined ? tokenizer.tokenBytes!(token) : new TextEncoder().encode(character);
      },
    }),
  };
}
