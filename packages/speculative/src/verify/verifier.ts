import type { Draft, Drafter, RandomSource, TokenId } from "@decodekit/core";

/** A draft, and what the target predicts after each of its tokens. */
export interface Round {
  readonly draft: Draft;
  /** Number of drafted tokens. */
  readonly drafted: number;
  /**
   * The target's distribution of the token after node `node` of the draft, processed with that node's own prefix, shape (vocabSize,).
   * Node -1 is the committed prefix. The caller owns it.
   * @throws LogitsError if the row defines no distribution.
   */
  readonly distribution: (node: number) => Promise<Float64Array>;
  /** A token drawn from `distribution(node)`, with the random source of its position. */
  readonly sample: (node: number) => Promise<TokenId>;
  /** A random source for this round only. */
  readonly random: RandomSource;
}

/** The result of a round: the accepted nodes of the draft, root first, and one token of the target that follows them. */
export interface Verification {
  readonly accepted: readonly number[];
  readonly nextToken: TokenId;
}

/** A verification rule: decides which drafted tokens are accepted, so that the committed tokens follow the target's distribution. */
export interface Verifier {
  readonly name: string;
  /** The kinds of drafts that it can verify. */
  readonly draftKinds: readonly Drafter["draftKind"][];
  /** Whether it reads `Draft.probabilities`. Drafters may omit them otherwise. */
  readonly usesProbabilities: boolean;
  /** Whether target and drafter draw the token of a position with the same Gumbel noise, see `gumbelRandom`. */
  readonly sharesNoise: boolean;
  /**
   * Whether the committed tokens follow the target's distribution, which the conformance kit proves. A rule that accepts more than that
   * allows, for speed, says false, and so does its decoder's `lossless`. @defaultValue true
   */
  readonly lossless?: boolean | undefined;
  /**
   * Decides a round. The accepted nodes are a path of the draft from its root: 0, 1, 2 … of a chain. If none is accepted, the token follows
   * the committed prefix.
   */
  verify(round: Round): Promise<Verification>;
}

/** Nodes 0, 1, …, n - 1 of a chain. */
export function firstNodes(count: number): readonly number[] {
  return Array.from({ length: count }, (_, node) => node);
}
