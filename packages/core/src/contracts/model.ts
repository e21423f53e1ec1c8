/// <reference lib="esnext.disposable" preserve="true" />
import type { DraftHead } from "./draft-head.ts";

/** An index into a tokenizer's vocabulary: an integer in [0, vocabSize). */
export type TokenId = number;

/** What to read of each row in place of all its logits, see `RowPart`. */
export interface RowReads {
  /** Number of largest logits, an integer >= 1. */
  readonly top: number;
  /** The temperature, > 0, of the mass of the other logits. @defaultValue none: their mass is not needed */
  readonly temperature?: number | undefined;
  /**
   * Whether the caller uses only `RowPart.tokens`. Their logits may then be those of another row with the same largest tokens, so that
   * processors that do not change these are left out. @defaultValue false
   */
  readonly tokensOnly?: boolean | undefined;
}

/** The largest logits of a row, and what is known of the others, its tail. Views that are valid as long as the row. */
export interface RowPart {
  /**
   * The tokens of the largest logits, shape (k,), in descending order; the lowest id comes first among equals. k is at most
   * `RowReads.top`: a session may give fewer, and only those above -Infinity. k is 0 for a row that has no distribution, or whose part the
   * session could not find: only the whole row tells.
   */
  readonly tokens: Int32Array;
  /** Their logits, shape (k,), the same float32 values as in the row. */
  readonly logits: Float32Array;
  /** Σ exp((logit - logits[0]) / temperature) over all other tokens, up to `tailError`. */
  readonly tailMass: number;
  /** How far `tailMass` may be from the truth: 0 if all other tokens have -Infinity, Infinity without `RowReads.temperature`. */
  readonly tailError: number;
}

/** Hidden states of the tokens of a pass. */
export interface HiddenStates {
  /** Number of values of one state. */
  readonly size: number;
  /** Shape (tokens, size), float32: row i is the state at token i of the pass, or at node i of a tree. */
  readonly values: Float32Array;
}

/** Logits of one forward pass, shape (rows, vocabSize), float32. */
export interface Logits {
  readonly rows: number;
  readonly vocabSize: number;
  /**
   * Row `index`, shape (vocabSize,). Negative indices are not accepted.
   * Returns a view that the session owns: it is valid until the session's next `forward`, and must not be written to.
   * @throws InvalidOptionError for a row that was read in part, until `readRow` has read it.
   */
  row(index: number): Float32Array;
  /** The part of row `index` that was read. Present if the pass was asked for parts (`ForwardOptions.reads`) and its session gives them. */
  part?(index: number): RowPart;
  /**
   * Reads the whole of a row that was read in part, and returns it as `row` does. Present if `part` is.
   * @throws DisposedError after the session's next `forward` or its disposal; another DecodekitError if the row cannot be had, for example
   * from a server that only knows parts.
   */
  readRow?(index: number): Promise<Float32Array>;
  /**
   * The states of all tokens of the pass, whatever rows it returned, from which the model's last projection computes the logits. Valid as
   * long as the rows. Present if `capabilities.hiddenStates`.
   */
  readonly hiddenStates?: HiddenStates | undefined;
  /**
   * The states of all tokens of the pass after the layers `capabilities.hiddenLayers`: those of each token one after another, in the order
   * of the layers. Valid as long as the rows. Present if the pass was asked for them (`ForwardOptions.layerStates`).
   */
  readonly layerStates?: HiddenStates | undefined;
}

export interface ForwardOptions {
  /**
   * The number of last positions to return logits for: "last" is 1, "all" is one row per input token.
   * A number must be in [1, tokens.length]. Fewer rows mean fewer bytes read back from a GPU.
   * @defaultValue "last"
   */
  readonly rows?: "last" | "all" | number | undefined;
  /**
   * What the caller reads of the rows, so that a session can read a few bytes back from a GPU, or ask a server for a few logits. A session
   * that cannot do that returns whole rows: the caller looks for `Logits.part`. @defaultValue whole rows
   */
  readonly reads?: RowReads | undefined;
  /**
   * Whether to return `Logits.layerStates`. Without effect on a model without `capabilities.hiddenLayers`. @defaultValue false
   */
  readonly layerStates?: boolean | undefined;
  /** Once aborted, the pass rejects with `signal.reason` and the session is unchanged. */
  readonly signal?: AbortSignal | undefined;
}

/** Options of a pass over a tree, which returns a row for every node. */
export type TreeOptions = Omit<ForwardOptions, "rows">;

/** One sequence being decoded, with its KV cache. Calls on one session run in the order in which they were made. */
export interface Session {
  /** Number of tokens whose keys and values are cached; the next token is read at this position. */
  readonly length: number;
  /**
   * Memory that the cache occupies, in bytes, if the session knows it; what forks share is counted in each. `withPrefixCache` limits by it
   * what it keeps.
   */
  readonly cacheBytes?: number | undefined;
  /** Number of its first tokens that it took from a prefix cache. @defaultValue 0 */
  readonly positionsReused?: number | undefined;
  /**
   * The session that this one decorates: it passes calls on to that session and changes what they return. A model finds its own session
   * below all decorations with `undecorated`, and makes calls that change the sequence on the session that it was given.
   */
  readonly decorates?: Session | undefined;
  /**
   * Appends `tokens`, shape (n,), at positions [length, length + n) and returns the logits that predict the
   * positions after them: row i of `rows` follows token n - rows + i. A failed pass leaves the session unchanged.
   * @throws InvalidOptionError if `tokens` is empty, contains an id outside [0, vocabSize), or `rows` or `reads` is out of range.
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
  forwardTree?(tokens: Int32Array, parents: Int32Array, options?: TreeOptions): Promise<Logits>;
  /** Caches the path `nodes` (root first) of the last tree and forgets its other nodes. */
  keepPath?(nodes: Int32Array): Promise<void>;
  /** Frees the cache. Later calls do nothing; any other later call throws DisposedError. */
  dispose(): Promise<void>;
  /** The same, for `await using session = …`. */
  [Symbol.asyncDispose](): Promise<void>;
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
  /** `Logits.hiddenStates` is present. @defaultValue false */
  readonly hiddenStates?: boolean;
  /**
   * The layers, counted from 0, whose states passes can return, see `Logits.layerStates`: the sum of the embeddings and of what the layers
   * up to and including that one have added, before the next layer's norm. In Hugging Face's transformers it is `hidden_states[i + 1]`, except
   * for the last layer, whose entry there is after the final norm. @defaultValue none
   */
  readonly hiddenLayers?: readonly number[];
  /** How much a row depends on the pass that computes it. @defaultValue "rounding" */
  readonly rowConsistency?: RowConsistency;
}

/**
 * How far the row after a sequence may differ between the passes that can compute it: of one token or several, in one piece or more. A
 * decoder that verifies drafts reads rows in other passes than one that decodes token by token, so its claim to be lossless depends on it.
 *
 * - "exact": not at all, bit for bit, in trees too if the model reads trees.
 * - "rounding": by the rounding of float32 or float16 only. Greedy texts are the same except at near ties.
 * - "approximate": every row depends on its own prefix only, but activations of 8 bits now and then turn a difference by rounding into one
 *   of a whole step. Greedy texts can part.
 * - "mixed": a row depends on the other rows of its pass, later tokens included, as with one scale of 8 bits for all of them.
 */
export type RowConsistency = "exact" | "rounding" | "approximate" | "mixed";

/** Capabilities that a decoder may require. */
export type RequiredCapability = Exclude<keyof ModelCapabilities, "rowConsistency" | "hiddenLayers">;

/** Predicts the next token from those before it. */
export interface CausalModel {
  readonly kind: "causal";
  readonly vocabSize: number;
  /** Maximum length of a sequence, including the prompt, in tokens. */
  readonly contextLength: number;
  readonly capabilities: ModelCapabilities;
  /** What drafts from its hidden states, if it was loaded with it. Its states are those of `capabilities.hiddenLayers`. */
  readonly draftHead?: DraftHead | undefined;
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
  /** The same, for `await using session = …`. */
  [Symbol.asyncDispose](): Promise<void>;
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
