import type { TokenId } from "@decodekit/core";

/** Follows a text that repeats an earlier passage, possibly with some words replaced. */
export interface CopyTracker {
  /** Adds committed tokens. */
  observe(tokens: Int32Array): void;
  /** Position in the sequence from which the next token would be copied, or -1 if nothing is repeated. */
  readonly place: number;
  /** The token to copy from position `place`, or its replacement if one is known. */
  at(place: number): TokenId;
  /** Estimated probability that a copied token is right, in (0, 1). */
  readonly rate: number;
}

/** Tokens that must match for a passage to count as repeated. */
const MIN_MATCH = 2;
/** Wrong tokens in a row that are tolerated; one more drops the passage. */
const MAX_DEVIATION = 4;

/**
 * Follows the latest earlier passage that ends with the last two tokens of the sequence. A token that differs counts as a
 * replacement and is remembered: after "rename Lily to Anna" the copy continues after the name and uses the new name from then on. A
 * passage is dropped after five wrong tokens in a row. Runs no passes.
 */
export function copyTracker(prompt: Int32Array): CopyTracker {
  const sequence: TokenId[] = [...prompt];
  const ends = new Map<string, number>();
  const replacements = new Map<TokenId, TokenId>();
  let place = -1;
  let deviation = 0;
  let hits = 1;
  let tries = 2;

  const remember = (end: number): void => {
    if (end >= MIN_MATCH) ends.set(sequence.slice(end - MIN_MATCH, end).join(), end);
  };
  const follow = (token: TokenId): void => {
    if (place < 0) return;
    tries++;
    const expected = replacements.get(sequence[place]!) ?? sequence[place]!;
    if (expected === token) {
      hits++;
      deviation = 0;
    } else {
      deviation++;
      if (deviation === 1) replacements.set(sequence[place]!, token);
    }
    place = deviation > MAX_DEVIATION ? -1 : place + 1;
  };
  const findPassage = (): void => {
    const match = ends.get(sequence.slice(-MIN_MATCH).join());
    if (match === undefined || (place >= 0 && deviation === 0)) return;
    place = match;
    deviation = 0;
  };

  for (let end = MIN_MATCH; end < prompt.length; end++) remember(end);
  findPassage();
  return {
    observe(tokens) {
      for (const token of tokens) {
        remember(sequence.length);
        follow(token);
        sequence.push(token);
        if (place >= sequence.length) place = -1;
        findPassage();
      }
    },
    get place() {
      return place;
    },
    at: (index) => replacements.get(sequence[index]!) ?? sequence[index]!,
    get rate() {
      return hits / tries;
    },
  };
}
