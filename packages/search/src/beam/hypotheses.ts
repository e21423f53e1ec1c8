import type { TokenId } from "@decodekit/core";

/** A whole text that a search has found. */
export interface Hypothesis {
  /** Its tokens after the prompt, shape (n,), without the stop token. */
  readonly tokens: Int32Array;
  /** Its log-probability, in nats, less diversity penalties, divided by (number of tokens with the stop token)^lengthPenalty. */
  readonly score: number;
  /** "stop": a stop token ended it. "length": it has as many tokens as there was room for. */
  readonly finishReason: "stop" | "length";
  /** The stop token that ended it. */
  readonly stopToken?: TokenId | undefined;
}

/** The best hypotheses that a search has found. */
export class Hypotheses {
  readonly #most: number;
  #best: readonly Hypothesis[] = [];

  /** Keeps the `most` best hypotheses. */
  constructor(most: number) {
    this.#most = most;
  }

  /** The best first; the one that was found first among equals. */
  get best(): readonly Hypothesis[] {
    return this.#best;
  }

  get isFull(): boolean {
    return this.#best.length === this.#most;
  }

  add(found: readonly Hypothesis[]): void {
    if (found.length > 0) this.#best = bestFirst([...this.#best, ...found]).slice(0, this.#most);
  }
}

/** Returns the hypotheses with the highest score first; equal ones stay in order. */
export function bestFirst(hypotheses: readonly Hypothesis[]): readonly Hypothesis[] {
  return hypotheses.toSorted((a, b) => b.score - a.score);
}
