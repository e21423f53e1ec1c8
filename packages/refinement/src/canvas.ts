import type { TokenId, TokensProposeEvent } from "@decodekit/core";

/** Tokens being worked out. Positions count from 0 at its start. */
export interface Canvas {
  /** Shape (n,), written to as tokens come and go; the mask token stands for an unknown one. */
  readonly tokens: Int32Array;
  /** What passes read in place of an unknown token, shape (n,): the mask token, or noise. */
  readonly unknown: Int32Array;
  /** Probability that the token of each position had when it was put there, shape (n,); 0 where there is none, 1 where fixed. */
  readonly confidence: Float64Array;
  readonly maskTokenId: TokenId;
  /** Positions that may change, ascending. */
  readonly free: readonly number[];
  /** Positions that are open although they have a token. */
  readonly loose: Set<number>;
}

/** A canvas of `tokens`, which are copied, all of whose positions but `free` are fixed. `free` positions are open at first. */
export function createCanvas(tokens: Int32Array, free: readonly number[], maskTokenId: TokenId): Canvas {
  const canvas: Canvas = {
    tokens: tokens.slice(),
    unknown: new Int32Array(tokens.length).fill(maskTokenId),
    confidence: new Float64Array(tokens.length).fill(1),
    maskTokenId,
    free,
    loose: new Set(),
  };
  for (const position of free) clear(canvas, position);
  return canvas;
}

/** A canvas of `length` open positions. */
export function emptyCanvas(length: number, maskTokenId: TokenId): Canvas {
  return createCanvas(new Int32Array(length), [...new Int32Array(length).keys()], maskTokenId);
}

export function put(canvas: Canvas, position: number, token: TokenId, confidence: number): void {
  canvas.tokens[position] = token;
  canvas.confidence[position] = confidence;
  canvas.loose.delete(position);
}

export function clear(canvas: Canvas, position: number): void {
  put(canvas, position, canvas.maskTokenId, 0);
}

/** Opens a position that keeps its token for passes to read. */
export function loosen(canvas: Canvas, position: number): void {
  canvas.loose.add(position);
}

export function openPositions({ tokens, free, maskTokenId, loose }: Canvas): number[] {
  return free.filter((position) => tokens[position] === maskTokenId || loose.has(position));
}

export function filledPositions({ tokens, free, maskTokenId, loose }: Canvas): number[] {
  return free.filter((position) => tokens[position] !== maskTokenId && !loose.has(position));
}

/** The canvas as a pass reads it. A copy. */
export function readTokens({ tokens, unknown, maskTokenId }: Canvas): Int32Array {
  return tokens.map((token, position) => (token === maskTokenId ? unknown[position]! : token));
}

/** Whether a stop token stands on the canvas with nothing open before it, so that what is open after it does not matter. */
export function hasEnded({ tokens, maskTokenId }: Pick<Canvas, "tokens" | "maskTokenId">, stopTokens: ReadonlySet<TokenId>): boolean {
  for (const token of tokens) {
    if (token === maskTokenId) return false;
    if (stopTokens.has(token)) return true;
  }
  return false;
}

/** What the canvas, which starts at `start` of the sequence, shows now. Copies. */
export function proposal({ tokens, confidence }: Canvas, start: number): TokensProposeEvent {
  return { type: "tokens-propose", start, tokens: tokens.slice(), probabilities: Float32Array.from(confidence) };
}
