/** An index into a tokenizer's vocabulary: an integer in [0, vocabSize). */
export type TokenId = number;

/** Logits of one forward pass, shape (rows, vocabSize), float32. */
export interface Logits {
  readonly rows: number;
  readonly vocabSize: number;
  /**
   * Row `index`, shape (vocabSize,). Negative indices are not accepted.
   * Returns a view that the session owns: it is valid until the session's next `forward`, and must not be written to.
   */
  row(index: number): Float32Array;
}

export interface ForwardOptions {
  /**
   * The number of last positions to return logits for: "last" is 1, "all" is one row per input token.
   * A number must be in [1, tokens.length]. Fewer rows mean fewer bytes read back from a GPU.
   * @defaultValue "last"
   */
  readonly rows?: "last" | "all" | number | undefined;
  /** Once aborted, the pass rejects with `signal.reason` and the session is unchanged. */
  readonly signal?: AbortSignal | undefined;
}

/** One sequence being decoded, with its KV cache. Calls on one session run in the order in which they were made. */
export interface Session {
  /** Number of tokens whose keys and values are cached; the next token is read at this position. */
  readonly length: number;
  /**
   * Memory that the cache occupies, in bytes, if the session knows it; what forks share is counted in each. `withPrefixCache` limits by it
   * what it keeps.
   */
  readonly cacheBytes?: number | undefined;
  /**
   * The session that this one decorates: it passes calls on to that session and changes what they return. A model finds its own session
   * below all decorations with `undecorated`, and makes calls that change the sequence on the session that it was given.
   */
  readonly decorates?: Session | undefined;
  /**
   * Appends `tokens`, shape (n,), at positions [length, length + n) and returns the logits that predict the
   * positions after them: row i of `rows` follows token n - rows + i. A failed pass leaves the session unchanged.
   * @throws InvalidOptionError if `tokens` is empty, contains an id outside [0, vocabSize), or `rows` is out of range.
   * @throws ContextLengthError if length + n > contextLength.
   * @throws DisposedError after `dispose`.
   */
  forward(tokens: Int32Array, options?: ForwardOptions): Promise<Logits>;
  /**
   * Forgets cached positions >= `length` (an absolute length in [0, this.length]), so the next token is read at that position.
   * @throws InvalidOptionError if `length` is out of range, or the model cannot rewind (`capabilities.rewind`).
   */
  rewindTo(length: number): Promise<void>;
  /** Returns a second session with the same cached prefix. Present if `capabilities.fork`. The caller disposes it. */
  fork?(): Promise<Session>;
  /**
   * Runs one pass over a tree of continuations of the cached prefix: node i is `tokens[i]`, its parent is node
   * `parents[i]` < i, or -1 for the prefix. Logits row i follows the path that ends in node i. The nodes are not
   * cached until `keepPath`. Present if `capabilities.tree`.
   */
  forwardTree?(tokens: Int32Array, parents: Int32Array, options?: Pick<ForwardOptions, "signal">): Promise<Logits>;
  /** Caches the path `nodes` (root first) of the last tree and forgets its other nodes. */
  keepPath?(nodes: Int32Array): Promise<void>;
  /** Frees the cache. Later calls do nothing; any other later call throws DisposedError. */
  dispose(): Promise<void>;
}

/** Returns the session below all decorations of `session`: itself if it decorates none. */
export function undecorated(session: Session): Session {
  let inner = session;
  while (inner.decorates) inner = inner.decorates;
  return inner;
}

/** The capabilities of a model's sessions beyond `forward`. */
export interface ModelCapabilities {
  /** `rewindTo` to any cached length. False for recurrent or convolutional state. */
  readonly rewind: boolean;
  /** `fork` is present. */
  readonly fork: boolean;
  /** `forwardTree` and `keepPath` are present. */
  readonly tree: boolean;
  /**
   * A pass over a cached prefix reads several tokens and returns a row for each. If false, `forward` reads them one by one: the result is
   * the same, and verifying a draft costs as much as decoding without it. @defaultValue true
   */
  readonly multiTokenPasses?: boolean;
}

/** Predicts the next token from those before it. */
export interface CausalModel {
  readonly kind: "causal";
  readonly vocabSize: number;
  /** Maximum length of a sequence, including the prompt, in tokens. */
  readonly contextLength: number;
  readonly capabilities: ModelCapabilities;
  createSession(): Promise<Session>;
}

/** A committed prefix and a canvas of positions after it that is being filled. */
export interface MaskedSession {
  /** Number of committed tokens; the canvas starts at this position. */
  readonly length: number;
  /** The causal session whose cache is the prefix; undefined if the session keeps its own prefix. */
  readonly causalSession?: Session | undefined;
  /**
   * Returns logits for every position of `canvas`, shape (n, vocabSize): row i predicts the token *at* canvas position i.
   * `maskTokenId` stands for an unknown token. Commits nothing.
   */
  predict(canvas: Int32Array, options?: Pick<ForwardOptions, "signal">): Promise<Logits>;
  /**
   * Returns, from one pass, the rows of `predict` and as many again, shape (2 n, vocabSize): row n + i predicts the token at canvas
   * position i without seeing the token there. Other positions do see that token, and may pass on information about it (WINO,
   * arXiv 2507.18578). Present if the model has a mask input for what each row sees.
   */
  predictLeaveOneOut?(canvas: Int32Array, options?: Pick<ForwardOptions, "signal">): Promise<Logits>;
  /** Appends `tokens`, shape (n,), to the prefix. */
  commit(tokens: Int32Array, options?: Pick<ForwardOptions, "signal">): Promise<void>;
  /** Forgets committed positions >= `length`. */
  rewindTo(length: number): Promise<void>;
  dispose(): Promise<void>;
}

/** Predicts unknown tokens from those on both sides. */
export interface MaskedModel {
  readonly kind: "masked";
  readonly vocabSize: number;
  readonly contextLength: number;
  readonly maskTokenId: TokenId;
  /**
   * Creates a session. If `causalSession`, or the session that it decorates, belongs to the causal model that shares this model's weights,
   * the session predicts over that session's cache. Otherwise, and without one, it keeps its own prefix, which is empty at first.
   */
  createSession(causalSession?: Session): Promise<MaskedSession>;
}

/** The models that a decoder may require, by role. */
export interface ModelSet {
  /** The model whose distribution the output follows. */
  readonly causal: CausalModel;
  readonly masked: MaskedModel;
  /** A cheaper causal model with the same vocabulary that guesses the next tokens of `causal`. */
  readonly draft: CausalModel;
}

export type ModelRole = keyof ModelSet;
