import type { TokenId, TokensProposeEvent } from "@decodekit/core";

/** The positions that are filled together. Positions count from 0 at its start. */
export interface Canvas {
  /** Shape (n,), updated in place; the mask token stands for an unknown token. */
  readonly tokens: Int32Array;
  /** The input of passes in place of an unknown token, shape (n,): the mask token, or noise. */
  readonly unknown: Int32Array;
  /** Probability of each position's token when it was put there, shape (n,); 0 without a token, 1 if fixed. */
  readonly confidence: Float64Array;
  readonly maskTokenId: TokenId;
  /** Positions that may change, in ascending order. */
  readonly free: readonly number[];
  /** Positions that are open although they have a token. */
  readonly reconsidered: Set<number>;
}

/** Creates a canvas from a copy of `tokens`. The `free` positions are open at first; all others are fixed. */
export function createCanvas(tokens: Int32Array, free: readonly number[], maskTokenId: TokenId): Canvas {
  const canvas: Canvas = {
    tokens: tokens.slice(),
    unknown: new Int32Array(tokens.length).fill(maskTokenId),
    confidence: new Float64Array(tokens.length).fill(1),
    maskTokenId,
    free,
    reconsidered: new Set(),
  };
  for (const position of free) clear(canvas, position);
  return canvas;
}

/** Creates a canvas of `length` open positions. */
export function emptyCanvas(length: number, maskTokenId: TokenId): Canvas {
  return createCanvas(new Int32Array(length), [...new Int32Array(length).keys()], maskTokenId);
}

/**
 * Creates a canvas of `length` open positions. The first ones are the tokens of `draft`, at most `length`: passes read them until a step
 * commits the same or another token. A mask token in it is an unknown one.
 */
export function draftedCanvas(length: number, draft: Int32Array, maskTokenId: TokenId): Canvas {
  const canvas = emptyCanvas(length, maskTokenId);
  for (const [position, token] of draft.entries()) {
    put(canvas, position, token, 0);
    reconsider(canvas, position);
  }
  return canvas;
}

export function put(canvas: Canvas, position: number, token: TokenId, confidence: number): void {
  canvas.tokens[position] = token;
  canvas.confidence[position] = confidence;
  canvas.reconsidered.delete(position);
}

export function clear(canvas: Canvas, position: number): void {
  put(canvas, position, canvas.maskTokenId, 0);
}

/** Opens a position that keeps its token as input of passes. */
export function reconsider(canvas: Canvas, position: number): void {
  canvas.reconsidered.add(position);
}

export function openPositions({ tokens, free, maskTokenId, reconsidered }: Canvas): number[] {
  return free.filter((position) => tokens[position] === maskTokenId || reconsidered.has(position));
}

export function filledPositions({ tokens, free, maskTokenId, reconsidered }: Canvas): number[] {
  return free.filter((position) => tokens[position] !== maskTokenId && !reconsidered.has(position));
}

/** Returns the canvas as a pass reads it. A copy. */
export function readTokens({ tokens, unknown, maskTokenId }: Canvas): Int32Array {
  return tokens.map((token, position) => (token === maskTokenId ? unknown[position]! : token));
}

/** Whether the canvas has a stop token with nothing open before it or there, so that the positions after it do not matter. */
export function hasEnded(
  { tokens, maskTokenId, reconsidered }: Pick<Canvas, "tokens" | "maskTokenId" | "reconsidered">,
  stopTokens: ReadonlySet<TokenId>,
): boolean {
  for (const [position, token] of tokens.entries()) {
    if (token === maskTokenId || reconsidered.has(position)) return false;
    if (stopTokens.has(token)) return true;
  }
  return false;
}

/** The event that shows the current canvas, which starts at `start` of the sequence. Contains copies. */
export function proposal({ tokens, confidence }: Canvas, start: number): TokensProposeEvent {
  return { type: "tokens-propose", start, tokens: tokens.slice(), probabilities: Float32Array.from(confidence) };
}
