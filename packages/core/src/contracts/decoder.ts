import type { DraftHead } from "./draft-head.ts";
import type { ModelRole, ModelSet, RequiredCapability, TokenId } from "./model.ts";
import type { RandomSource } from "../random/random.ts";
import type { TokenTree } from "../tokens/token-tree.ts";
import type { FORWARD_PHASES } from "./pass-kinds.ts";
import type { Sampler } from "./sampler.ts";

export interface DecodeOptions {
  /** Maximum number of tokens to commit, an integer >= 0. The model's context length may end the decode earlier. */
  readonly maxNewTokens: number;
  /** Tokens that end the decode. They are not committed. @defaultValue [] */
  readonly stopTokens?: readonly TokenId[] | undefined;
  /** Seeds the random source, an integer in [0, 2^53). Ignored when `random` is given. @defaultValue 0 */
  readonly seed?: number | undefined;
  /** The only source of randomness of the decode. @defaultValue seededRandom(seed) */
  readonly random?: RandomSource | undefined;
  /** Ends the decode within one forward pass, with finish reason "abort". */
  readonly signal?: AbortSignal | undefined;
}

/** "stop": a stop token or string. "length": maxNewTokens or the context length. "abort": the signal, or all readers stopped reading. */
export type FinishReason = "stop" | "length" | "abort";

/**
 * The purpose of a forward pass. "prefill" reads the prompt, "decode" produces one token, "draft" drafts tokens, "verify" checks a draft,
 * "refine" predicts a canvas.
 */
export type ForwardPhase = (typeof FORWARD_PHASES)[number];

export interface DecodeStartEvent {
  readonly type: "decode-start";
  /** Number of tokens in the prompt; the first commit starts at this position. */
  readonly promptLength: number;
}

export interface ForwardEndEvent {
  readonly type: "forward-end";
  readonly model: ModelRole;
  readonly phase: ForwardPhase;
  /** Number of tokens that the pass read. */
  readonly positions: number;
  /** Wall-clock time of the pass, including the wait for the device. The only field of an event that may differ between runs. */
  readonly milliseconds: number;
}

/** Provisional tokens for [start, start + tokens.length). The mask token stands for a token that is still unknown. */
export interface TokensProposeEvent {
  readonly type: "tokens-propose";
  readonly start: number;
  readonly tokens: Int32Array;
  /** Probability of each token under the model that proposed it, shape (n,). */
  readonly probabilities?: Float32Array | undefined;
  /**
   * For a draft tree: all of its candidates. Roots are candidates for position `start`, and `tokens` is the first chain. If a `draft-verify`
   * accepts n tokens, the first n tokens of the next commit are a path of the tree.
   */
  readonly tree?: TokenTree | undefined;
}

/** The proposals for positions >= `start` are withdrawn: what they showed is no longer expected, and nothing takes its place yet. */
export interface TokensWithdrawEvent {
  readonly type: "tokens-withdraw";
  readonly start: number;
}

/** A draft of `drafted` tokens at `start` was verified; its first `accepted` tokens are accepted. */
export interface DraftVerifyEvent {
  readonly type: "draft-verify";
  readonly start: number;
  readonly drafted: number;
  readonly accepted: number;
}

/** Final tokens for [start, start + tokens.length). */
export interface TokensCommitEvent {
  readonly type: "tokens-commit";
  readonly start: number;
  readonly tokens: Int32Array;
  /**
   * Natural logarithm of each token's probability, shape (n,): with `generate({ logProbabilities })` under the causal model's row, NaN for
   * a token without one; otherwise, if the decoder reports it, under the decoder's own distribution.
   */
  readonly logProbabilities?: Float32Array | undefined;
  /** The most likely tokens at each position. Only with `generate({ logProbabilities })`. */
  readonly alternatives?: TokenAlternatives | undefined;
}

/**
 * The k most likely tokens at each of n positions under the causal model's rows, in descending order; the lowest id comes first among
 * equals. Those of position i are the entries [i k, (i + 1) k).
 */
export interface TokenAlternatives {
  /** Shape (n, k). -1 where fewer than k tokens are possible, and at a position whose row the causal model never returned. */
  readonly tokens: Int32Array;
  /** Natural logarithms of their probabilities, shape (n, k): -Infinity where fewer are possible, NaN at a position without a row. */
  readonly logProbabilities: Float32Array;
}

export interface DecodeEndEvent {
  readonly type: "decode-end";
  readonly finishReason: FinishReason;
}

export type DecodeEvent =
  | DecodeStartEvent
  | ForwardEndEvent
  | TokensProposeEvent
  | TokensWithdrawEvent
  | DraftVerifyEvent
  | TokensCommitEvent
  | DecodeEndEvent;

/**
 * A strategy that turns a model's logits into tokens: a plain object that a factory creates.
 *
 * Every decoder follows nine rules, which `@decodekit/conformance` checks. `defineDecoder` follows 1, 3, 5 and 6 for you.
 * 1. `decode-start` comes first and `decode-end` last, once each; nothing comes after it.
 * 2. Commits are contiguous from `promptLength`; together they are the output; at most `maxNewTokens`.
 * 3. A stop token is not committed; `finishReason` is why the decode ended. An abort ends it within one forward pass.
 * 4. A proposal covers uncommitted positions only; a later proposal or commit over a position replaces it, and a
 *    commit withdraws the proposals after it. `tokens-withdraw` withdraws them without a commit.
 * 5. The same models, prompt, options and seed produce the same events, times aside, also while another decode runs.
 * 6. A reader that leaves the loop early disposes every session.
 * 7. Inputs are never written to; emitted arrays are never written to again.
 * 8. Every pass is reported by one `forward-end`, before the events that follow from it.
 * 9. All randomness comes from the `RandomSource`.
 */
export interface Decoder<Role extends ModelRole = ModelRole> {
  readonly name: string;
  /** The models that `decode` requires. */
  readonly requires: readonly Role[];
  /**
   * Capabilities of the causal model that `decode` requires, for programs that offer a model only what it can run. The decode checks them
   * itself. @defaultValue none
   */
  readonly capabilities?: readonly RequiredCapability[] | undefined;
  /**
   * The kind of draft head that `decode` requires the causal model to have, for the same programs. Its passes are reported as those of a
   * model with the role "draft". @defaultValue none
   */
  readonly draftHead?: DraftHead["kind"] | undefined;
  /**
   * Maximum number of tokens that the decoder commits, if it does not depend on the prompt or the model, as for a text of fixed length.
   * `generate` uses it as the default of `maxNewTokens`. Left out by a decoder that continues until something else ends it.
   */
  readonly outputLength?: number | undefined;
  /**
   * Claims that the output follows the causal model's own (processed) distribution; the conformance kit then proves it. For a decoder that
   * verifies drafts, a model can only be as exact as its rows: see `ModelCapabilities.rowConsistency`.
   */
  readonly lossless?: boolean | undefined;
  /**
   * How the decoder draws each token of a text from the causal model's row after the tokens before it, for programs that show what a token
   * was drawn from. A decoder may draw several texts and keep one. Left out by a decoder that chooses tokens in another way.
   */
  readonly sampler?: Sampler | undefined;
  /**
   * Decodes from `prompt`, shape (n,), n >= 1.
   * @throws InvalidOptionError for an empty prompt or an option out of range.
   * @throws ContextLengthError if the prompt is longer than the model's context.
   * @throws LogitsError if a row of logits has no distribution (NaN, +Infinity, or all -Infinity).
   */
  decode(models: Pick<ModelSet, Role>, prompt: Int32Array, options: DecodeOptions): AsyncGenerator<DecodeEvent, void, void>;
}

/** A decoder with a known maximum number of passes. */
export interface BoundedDecoder<Role extends ModelRole = ModelRole> extends Decoder<Role> {
  /** Maximum number of forward passes of all models together for `newTokens` tokens, including prefill and commits. */
  maxPasses(newTokens: number): number;
}
