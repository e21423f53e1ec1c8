import type { TokenId, TokensProposeEvent } from "@decodekit/core";

/** Tokens being worked out. Positions count from 0 at its start. */
export interface Canvas {
  /** Shape (n,), written to as tokens come and go; the mask token stands for an unknown one. */
  readonly tokens: Int32Array;
  /** Probability that the token of each position had when it was put there, shape (n,); 0 where open, 1 where fixed. */
  readonly confidence: Float64Array;
  readonly maskTokenId: TokenId;
  /** Positions that may change, ascending. */
  readonly free: readonly number[];
}

/** A canvas of `tokens`, which are copied, all of whose positions but `free` are fixed. `free` positions are open at first. */
export function createCanvas(tokens: Int32Array, free: readonly number[], maskTokenId: TokenId): Canvas {
  const canvas = { tokens: tokens.slice(), confidence: new Float64Array(tokens.length).fill(1), maskTokenId, free };
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
}

export function clear(canvas: Canvas, position: number): void {
  put(canvas, position, canvas.maskTokenId, 0);
}

export function openPositions({ tokens, free, maskTokenId }: Canvas): number[] {
  return free.filter((position) => tokens[position] === maskTokenId);
}

export function filledPositions({ tokens, free, maskTokenId }: Canvas): number[] {
  return free.filter((position) => tokens[position] !== maskTokenId);
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
