/** An index into a tokenizer's vocabulary: an integer in [0, vocabSize). */
export type TokenId = number;

/** Logits of one forward pass, shape (rows, vocabSize), float32. */
export interface Logits {
  readonly rows: number;
  readonly vocabSize: number;
  /**
   * Row `index`, shape (vocabSize,). Negative indices are not accepted.
   * A view owned by the session: valid until its next `forward`, never to be written to.
   */
  row(index: number): Float32Array;
}

export interface ForwardOptions {
  /**
   * How many of the last positions to return logits for: "last" is 1, "all" is one row per input token.
   * A number must be in [1, tokens.length]. Fewer rows mean fewer bytes read back from a GPU.
   * @defaultValue "last"
   */
  readonly rows?: "last" | "all" | number | undefined;
  /** Once aborted, the pass rejects with `signal.reason` and the session is as it was before the call. */
  readonly signal?: AbortSignal | undefined;
}

/** One sequence being decoded, with its KV cache. Calls on one session run in the order they were made. */
export interface Session {
  /** Number of tokens whose keys and values are cached; the next token lands at this position. */
  readonly length: number;
  /**
   * Appends `tokens`, shape (n,), at positions [length, length + n) and returns the logits that predict the
   * positions after them: row i of `rows` follows token n - rows + i. A failed pass leaves the session unchanged.
   * @throws InvalidOptionError when `tokens` is empty, holds an id outside [0, vocabSize), or `rows` is out of range.
   * @throws ContextLengthError when length + n > contextLength.
   * @throws DisposedError after `dispose`.
   */
  forward(tokens: Int32Array, options?: ForwardOptions): Promise<Logits>;
  /**
   * Forgets cached positions >= `length` (an absolute length in [0, this.length]), so the next token lands there.
   * @throws InvalidOptionError when out of range, or when the model cannot rewind (`capabilities.rewind`).
   */
  rewindTo(length: number): Promise<void>;
  /** A second session with the same cached prefix. Present when `capabilities.fork`. The caller disposes it. */
  fork?(): Promise<Session>;
  /**
   * One pass over a tree of continuations of the cached prefix: node i is `tokens[i]`, its parent is node
   * `parents[i]` < i, or -1 for the prefix. Logits row i follows the path that ends in node i. The nodes are not
   * cached until `keepPath`. Present when `capabilities.tree`.
   */
  forwardTree?(tokens: Int32Array, parents: Int32Array, options?: Pick<ForwardOptions, "signal">): Promise<Logits>;
  /** Caches the path `nodes` (root first) of the last tree and forgets its other nodes. */
  keepPath?(nodes: Int32Array): Promise<void>;
  /** Frees the cache. Later calls do nothing; any other later call throws DisposedError. */
  dispose(): Promise<void>;
}

/** What sessions of a model can do beyond `forward`. */
export interface ModelCapabilities {
  /** `rewindTo` to any cached length. False for recurrent or convolutional state. */
  readonly rewind: boolean;
  /** `fork` is present. */
  readonly fork: boolean;
  /** `forwardTree` and `keepPath` are present. */
  readonly tree: boolean;
}

/** Predicts the next token from those before it. */
export interface CausalModel {
  readonly kind: "causal";
  readonly vocabSize: number;
  /** Longest sequence, prompt included, in tokens. */
  readonly contextLength: number;
  readonly capabilities: ModelCapabilities;
  createSession(): Promise<Session>;
}

/** A committed prefix and a canvas of positions after it that is being filled. */
export interface MaskedSession {
  /** Number of committed tokens; the canvas starts at this position. */
  readonly length: number;
  /** The causal session whose cache is the prefix; undefined where the session keeps a prefix of its own. */
  readonly over?: Session | undefined;
  /**
   * Logits for every position of `canvas`, shape (n, vocabSize): row i predicts the token *at* canvas position i.
   * `maskTokenId` stands for an unknown token. Commits nothing.
   */
  predict(canvas: Int32Array, options?: Pick<ForwardOptions, "signal">): Promise<Logits>;
  /**
   * One pass that gives, after the rows of `predict`, as many again, shape (2 n, vocabSize): row n + i predicts the token at canvas
   * position i without seeing the one that stands there. Other positions do see it, and may pass on what they make of it (WINO,
   * arXiv 2507.18578). Present where the model can be told what each row sees.
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
   * `over`: predict on top of this causal session's cache, where it belongs to the causal model that shares this one's weights. Over
   * any other, as without one, the session keeps a prefix of its own, empty at first.
   */
  createSession(over?: Session): Promise<MaskedSession>;
}

/** The models a decoder may ask for, by role. */
export interface ModelSet {
  /** The model whose distribution the output follows. */
  readonly causal: CausalModel;
  readonly masked: MaskedModel;
  /** A cheaper causal model on the same vocabulary that guesses what `causal` will say. */
  readonly draft: CausalModel;
}

export type ModelRole = keyof ModelSet;
