import type { TokenId } from "@decodekit/core";

/** Where a text may be repeating itself: follows an earlier passage, through words that are replaced in the copy. */
export interface Copying {
  /** Told the tokens that were committed. */
  observe(tokens: Int32Array): void;
  /** The place in the sequence that the next token would be copied from, or -1 where nothing is being repeated. */
  readonly place: number;
  /** What a copy would say for the token at `place`: its replacement where one is known. */
  at(place: number): TokenId;
  /** How often what it said was right, in (0, 1). */
  readonly rate: number;
}

/** Tokens that must agree before a passage counts as repeated. */
const SHORTEST_MATCH = 2;
/** How many tokens in a row may differ from the passage before it is given up. */
const LONGEST_DEVIATION = 4;

/**
 * Follows the latest earlier passage that ends like the sequence, at least two tokens long. Where a token differs it is
 * taken for a replacement, and remembered: in "rename Lily to Anna" the copy goes on after the name, and says the new name the
 * next time. Given up after four wrong tokens in a row. Costs no pass.
 */
export function copying(prompt: Int32Array): Copying {
  const sequence: TokenId[] = [...prompt];
  const ends = new Map<string, number>();
  const replacements = new Map<TokenId, TokenId>();
  let place = -1;
  let deviation = 0;
  let hits = 1;
  let tries = 2;

  const remember = (end: number): void => {
    if (end >= SHORTEST_MATCH) ends.set(sequence.slice(end - SHORTEST_MATCH, end).join(), end);
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
    place = deviation > LONGEST_DEVIATION ? -1 : place + 1;
  };
  const look = (): void => {
    const match = ends.get(sequence.slice(-SHORTEST_MATCH).join());
    if (match === undefined || (place >= 0 && deviation === 0)) return;
    place = match;
    deviation = 0;
  };

  for (let end = SHORTEST_MATCH; end < prompt.length; end++) remember(end);
  look();
  return {
    observe(tokens) {
      for (const token of tokens) {
        remember(sequence.length);
        follow(token);
        sequence.push(token);
        if (place >= sequence.length) place = -1;
        look();
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
