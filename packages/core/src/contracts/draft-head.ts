/**
 * A small network that drafts the next tokens of one causal model, its target, from the target's hidden states, with the target's
 * embeddings. It is loaded with that model, which frees it. It can be of no use to another model.
 */
export type DraftHead = StepHead | BlockHead;

/** What all draft heads have. */
interface CommonHead {
  /** Name of its folder. */
  readonly name: string;
  /**
   * Number of values that it reads of each position: those of the target's layers that it was trained with, one after another, as
   * `Logits.layerStates` has them.
   */
  readonly stateSize: number;
  /** Most positions of a sequence that it can draft for, drafted ones included. */
  readonly contextLength: number;
}

/** A head that drafts one token per pass, each from its own state at the token before (EAGLE-3, Li et al. 2025, arXiv 2503.01840). */
export interface StepHead extends CommonHead {
  readonly kind: "eagle";
  createSession(): Promise<StepHeadSession>;
}

/** A head that drafts a block of tokens in one pass over masks (DFlash, 2026, arXiv 2602.06036). */
export interface BlockHead extends CommonHead {
  readonly kind: "dflash";
  /** Number of positions of a block: the last committed token, and `blockSize` - 1 drafted ones. */
  readonly blockSize: number;
  createSession(): Promise<BlockHeadSession>;
}

/** As `ForwardOptions.signal`: once aborted, the pass rejects with `signal.reason`. */
interface PassOptions {
  readonly signal?: AbortSignal | undefined;
}

/** The head's cache of one sequence. Calls must not overlap. A failed or aborted pass leaves it as it was. */
export interface StepHeadSession {
  /** Number of committed positions that it has read. */
  readonly length: number;
  /**
   * Reads the committed positions [length, length + n): `states`, shape (n, stateSize), are the target's at these positions, and
   * `tokens`, shape (n,), the tokens that follow them. Returns one branch, whose row predicts the token after the last of `tokens`. All
   * branches that the session returned before become invalid.
   * @throws InvalidOptionError if `tokens` is empty or there are not as many states.
   * @throws DisposedError after `dispose`.
   */
  read(tokens: Int32Array, states: Float32Array, options?: PassOptions): Promise<HeadBranches>;
  /**
   * Continues branch `from[i]` of `branches` with `tokens[i]`, which its row predicts, for each i in one pass; shapes (n,), n >= 1.
   * Nothing is committed. The new branches are valid as long as those that they continue.
   */
  extend(branches: HeadBranches, from: Int32Array, tokens: Int32Array, options?: PassOptions): Promise<HeadBranches>;
  /** Frees the cache. Later calls do nothing; any other later call throws DisposedError. */
  dispose(): Promise<void>;
}

/** Continuations of the committed tokens that a head has read, all of the same length. */
export interface HeadBranches {
  readonly count: number;
  /**
   * The logits after branch `index`, float32, shape (vocabSize,): over the target's vocabulary, -Infinity for tokens that the head does
   * not know. A new array for every call, which the caller owns.
   */
  row(index: number): Float32Array;
}

/** The head's cache of one sequence. Calls must not overlap. A failed or aborted pass leaves it as it was. */
export interface BlockHeadSession {
  /** Number of committed positions that it has read. */
  readonly length: number;
  /**
   * Reads the committed positions [length, length + n), n >= 0, of which `states`, shape (n, stateSize), are the target's. Then drafts the
   * tokens after `last`, the committed token at the position after them. Returns `count` rows, in [1, blockSize), float32, shape
   * (vocabSize,): row i predicts the token at the i-th position after `last`, given the committed tokens alone. The caller owns them.
   * @throws InvalidOptionError if `count` or the number of states is out of range. @throws DisposedError after `dispose`.
   */
  draft(states: Float32Array, last: number, count: number, options?: PassOptions): Promise<readonly Float32Array[]>;
  /** Frees the cache. Later calls do nothing; any other later call throws DisposedError. */
  dispose(): Promise<void>;
}
