import type { TokenId } from "@decodekit/core";
import type { BeamSettings } from "./beam-search-options.ts";
import { type Candidate, candidatesOf, type ReadBeam, tokensOf } from "./candidates.ts";
import { Hypotheses, type Hypothesis } from "./hypotheses.ts";

/** Where and how far a search may go. */
export interface SearchLimits {
  readonly stopTokens: ReadonlySet<TokenId>;
  /** Maximum number of tokens after the prompt. */
  readonly room: number;
}

/**
 * The beams of one group and what they have found. Each step is that of transformers 4.57 (`_beam_search`): of all candidates in order, those
 * among the first `groupSize` that end the text become hypotheses, and the first `groupSize` that do not are the next beams.
 */
export class BeamGroup {
  readonly #settings: BeamSettings;
  readonly #limits: SearchLimits;
  readonly #finished: Hypotheses;
  #isDone = false;

  constructor(settings: BeamSettings, limits: SearchLimits) {
    this.#settings = settings;
    this.#limits = limits;
    this.#finished = new Hypotheses(settings.groupSize);
  }

  /** The best hypotheses so far, at most as many as the group has beams, the best first. */
  get finished(): readonly Hypothesis[] {
    return this.#finished.best;
  }

  /** Whether the search of this group is over. */
  get isDone(): boolean {
    return this.#isDone;
  }

  /**
   * Continues `beams` by one token. Returns the best continuations that no stop token ends, the best first: the next beams, unless the
   * search of this group is over. `penaltyOf` returns what a token loses because earlier groups chose it.
   */
  advance<Beam extends ReadBeam>(beams: readonly Beam[], penaltyOf: (token: TokenId) => number): readonly Candidate<Beam>[] {
    const { groups, groupSize } = this.#settings;
    const live: Candidate<Beam>[] = [];
    const found: Hypothesis[] = [];
    const candidates = candidatesOf(beams, penaltyOf);
    for (const [rank, candidate] of candidates.entries()) {
      const finishReason = this.#finishReasonOf(candidate);
      if (finishReason && rank < groupSize) found.push(this.#hypothesis(candidate, finishReason));
      if (finishReason !== "stop") live.push(candidate);
      if (live.length === groupSize) break;
    }
    this.#finished.add(found);
    const isOver = live.length === 0 || this.#finishReasonOf(live[0]!) !== undefined;
    // transformers' diverse beam search judges by the best continuation even if a stop token ends it.
    this.#isDone = isOver || !this.#canImprove(groups > 1 ? candidates[0]! : live[0]!);
    return live;
  }

  #finishReasonOf({ parent, token }: Candidate<ReadBeam>): Hypothesis["finishReason"] | undefined {
    if (this.#limits.stopTokens.has(token)) return "stop";
    return parent.tokens.length + 1 === this.#limits.room ? "length" : undefined;
  }

  #hypothesis(candidate: Candidate<ReadBeam>, finishReason: Hypothesis["finishReason"]): Hypothesis {
    const score = this.#score(candidate.total, candidate.parent.tokens.length + 1);
    if (finishReason === "length") return { tokens: tokensOf(candidate), score, finishReason };
    return { tokens: candidate.parent.tokens, score, finishReason, stopToken: candidate.token };
  }

  #score(total: number, length: number): number {
    return total / length ** this.#settings.lengthPenalty;
  }

  /** Whether the search goes on, by the rules of `earlyStopping`. */
  #canImprove(best: Candidate<ReadBeam>): boolean {
    const { earlyStopping, lengthPenalty } = this.#settings;
    if (!this.#finished.isFull) return true;
    if (earlyStopping === true) return false;
    const length = earlyStopping === "never" && lengthPenalty > 0 ? this.#limits.room : best.parent.tokens.length + 1;
    return this.#score(best.total, length) > this.#finished.best.at(-1)!.score;
  }
}
