import { InvalidOptionError, type Sequence, type TokenId } from "@decodekit/core";

/** What is known of one position: which token would be how surprising there. */
interface Position {
  /** The tokens before it. A copy. */
  readonly tokens: Int32Array;
  /** The state at it. */
  readonly state: number;
  /** The surprise of every token that was left there, in bits; another token cannot follow. */
  readonly surprises: ReadonlyMap<TokenId, number>;
}

export interface SurpriseHistoryOptions {
  /** Names the processor in errors. */
  readonly where: string;
  /** The state at the first token of the output. */
  readonly start: number;
  /** Returns the state after a token of `surprise` bits. */
  readonly next: (state: number, surprise: number) => number;
}

/** Positions that are remembered: of the decodes that run at the same time, and of the branches that each follows. */
const MOST_POSITIONS = 1024;

/**
 * A state that each token of the output changes by its surprise, as a function of the prefix: it is found from the row before, which was
 * processed earlier, whatever was processed in between. So drafts, trees, rewinds and forks see what plain decoding sees.
 */
export class SurpriseHistory {
  readonly #options: SurpriseHistoryOptions;
  /** The oldest first; by the hash of their tokens. */
  readonly #positions = new Map<number, Position>();

  constructor(options: SurpriseHistoryOptions) {
    this.#options = options;
  }

  /**
   * Returns the state at the position that follows `sequence`.
   * @throws InvalidOptionError if the row of the position before was not processed, or is too long ago.
   */
  stateAt({ tokens, promptLength }: Sequence): number {
    const { where, start, next } = this.#options;
    if (tokens.length <= promptLength) return start;
    const before = tokens.subarray(0, tokens.length - 1);
    const position = this.#positions.get(hashOf(before));
    if (!position || !isSame(position.tokens, before)) {
      const expected = `processed for every position of the output, in order, and for position ${before.length} before ${tokens.length}`;
      throw new InvalidOptionError({ where, option: "rows", expected, actual: `a row at position ${tokens.length}` });
    }
    const surprise = position.surprises.get(tokens.at(-1)!);
    // A token that was excluded there, in a draft that cannot be accepted.
    return surprise === undefined ? position.state : next(position.state, surprise);
  }

  /** Remembers the surprise, in bits, of every token that may follow `sequence`. */
  remember({ tokens }: Sequence, state: number, surprises: ReadonlyMap<TokenId, number>): void {
    const hash = hashOf(tokens);
    this.#positions.delete(hash);
    this.#positions.set(hash, { tokens: tokens.slice(), state, surprises });
    if (this.#positions.size > MOST_POSITIONS) this.#positions.delete(this.#positions.keys().next().value!);
  }
}

/** FNV-1a over the tokens. */
function hashOf(tokens: Int32Array): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < tokens.length; index++) hash = Math.imul(hash ^ tokens[index]!, 0x01000193);
  return hash >>> 0;
}

function isSame(a: Int32Array, b: Int32Array): boolean {
  return a.length === b.length && a.every((token, index) => token === b[index]);
}
