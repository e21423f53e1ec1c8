import { InvalidOptionError, type Sequence, type TokenId } from "@decodekit/core";

/** The surprise of tokens that may follow, in bits. */
export interface Surprises {
  /** The tokens, ascending; undefined for all of the vocabulary. */
  readonly tokens: ArrayLike<TokenId> | undefined;
  /** By the place in `tokens`, or by token. Infinity for a token that cannot follow. */
  readonly bits: Float32Array;
}

interface Position {
  /** The tokens before it. A copy. */
  readonly tokens: Int32Array;
  /** The state at it. */
  readonly state: number;
  /** What may follow: dropped for old positions, whose next tokens are known. */
  surprises: Surprises | undefined;
}

export interface SurpriseHistoryOptions {
  /** Names the processor in errors. */
  readonly where: string;
  /** The state at the first token of the output. */
  readonly start: number;
  /** Returns the state after a token of `surprise` bits. */
  readonly next: (state: number, surprise: number) => number;
}

/** Positions whose state is remembered: of the decodes that run at the same time, and of the branches that each follows. */
const MOST_POSITIONS = 1024;
/** Memory for what may follow them. */
const MOST_BYTES = 64 * 2 ** 20;

/**
 * A state that each token of the output changes by its surprise, as a function of the prefix: it is found from the row before, which was
 * processed earlier, whatever was processed in between. So drafts, trees, rewinds and forks see what plain decoding sees.
 */
export class SurpriseHistory {
  readonly #options: SurpriseHistoryOptions;
  /** The oldest first; by the hash of their tokens. */
  readonly #positions = new Map<number, Position>();
  #bytes = 0;

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
    const known = this.#find(tokens);
    if (known) return known.state;
    const position = this.#find(tokens.subarray(0, -1));
    if (!position?.surprises) {
      const reason = promptLength === 0 ? "; withProcessors needs promptLength, which generate({ processors }) sets" : "";
      const expected = `processed for every position of the output, in order, and for position ${tokens.length - 1} before ${tokens.length}${reason}`;
      throw new InvalidOptionError({ where, option: "rows", expected, actual: `a row at position ${tokens.length}` });
    }
    const surprise = surpriseOf(position.surprises, tokens.at(-1)!);
    // A token that was excluded there, in a draft that cannot be accepted.
    return surprise < Infinity ? next(position.state, surprise) : position.state;
  }

  /** Remembers the state after `sequence`, and the surprise of every token that may follow it. Both arrays are kept. */
  remember({ tokens }: Sequence, state: number, surprises: Surprises): void {
    const hash = hashOf(tokens);
    this.#forget(hash);
    this.#positions.set(hash, { tokens: tokens.slice(), state, surprises });
    this.#bytes += bytesOf(surprises);
    for (const [old, position] of this.#positions) {
      const isLast = old === hash;
      if (this.#positions.size > MOST_POSITIONS) this.#forget(old);
      else if (this.#bytes > MOST_BYTES && !isLast) this.#drop(position);
      else break;
    }
  }

  #find(tokens: Int32Array): Position | undefined {
    const position = this.#positions.get(hashOf(tokens));
    return position && isSame(position.tokens, tokens) ? position : undefined;
  }

  #forget(hash: number): void {
    const position = this.#positions.get(hash);
    if (position) this.#drop(position);
    this.#positions.delete(hash);
  }

  #drop(position: Position): void {
    if (position.surprises) this.#bytes -= bytesOf(position.surprises);
    position.surprises = undefined;
  }
}

function bytesOf({ tokens, bits }: Surprises): number {
  return bits.byteLength + 4 * (tokens?.length ?? 0);
}

/** By bisection. */
function surpriseOf({ tokens, bits }: Surprises, token: TokenId): number {
  if (!tokens) return bits[token]!;
  let low = 0;
  let high = tokens.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (tokens[middle]! < token) low = middle + 1;
    else high = middle;
  }
  return tokens[low] === token ? bits[low]! : Infinity;
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
