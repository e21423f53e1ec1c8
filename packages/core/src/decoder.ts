import type { ModelRole, ModelSet, TokenId } from "./model.ts";
import type { RandomSource } from "./random.ts";

export interface DecodeOptions {
  /** Most tokens to commit, an integer >= 0. The context length of the model may end the decode earlier. */
  readonly maxNewTokens: number;
  /** Tokens that end the decode. They are not committed. @defaultValue [] */
  readonly stopTokens?: readonly TokenId[] | undefined;
  /** Seeds the random source, an integer in [0, 2^53). Ignored when `random` is given. @defaultValue 0 */
  readonly seed?: number | undefined;
  /** Where all randomness of the decode comes from. @defaultValue seededRandom(seed) */
  readonly random?: RandomSource | undefined;
  /** Ends the decode within one forward pass, with finish reason "abort". */
  readonly signal?: AbortSignal | undefined;
}

/** "stop": a stop token or string. "length": maxNewTokens or the context length. "abort": the signal, or the reader left. */
export type FinishReason = "stop" | "length" | "abort";

/** What a forward pass was for. "prefill" reads the prompt; "decode" yields one token; the others say so. */
export type ForwardPhase = "prefill" | "decode" | "draft" | "verify" | "refine";

export interface DecodeStartEvent {
  readonly type: "decode-start";
  /** Tokens in the prompt; the first commit starts here. */
  readonly promptLength: number;
}

export interface ForwardEndEvent {
  readonly type: "forward-end";
  readonly model: ModelRole;
  readonly phase: ForwardPhase;
  /** Tokens the pass read. */
  readonly positions: number;
  /** Wall-clock time of the pass, waiting for the device included. The only part of an event that may differ between runs. */
  readonly milliseconds: number;
}

/** Provisional tokens for [start, start + tokens.length). The mask token stands for one still unknown. */
export interface TokensProposeEvent {
  readonly type: "tokens-propose";
  readonly start: number;
  readonly tokens: Int32Array;
  /** Probability of each token under the model that proposed it, shape (n,). */
  readonly probabilities?: Float32Array | undefined;
}

/** A draft of `drafted` tokens at `start` was checked; its first `accepted` ones stand. */
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
  /** Natural logarithm of each token's probability under the decoder's distribution, shape (n,). */
  readonly logProbabilities?: Float32Array | undefined;
}

export interface DecodeEndEvent {
  readonly type: "decode-end";
  readonly finishReason: FinishReason;
}

export type DecodeEvent = DecodeStartEvent | ForwardEndEvent | TokensProposeEvent | DraftVerifyEvent | TokensCommitEvent | DecodeEndEvent;

/**
 * A strategy that turns a model's logits into tokens: a plain object made by a factory.
 *
 * Every decoder obeys nine rules, checked by `@decodekit/conformance`. `runDecode` keeps 1, 3, 5 and 6 for you.
 * 1. `decode-start` comes first and `decode-end` last, once each; nothing after.
 * 2. Commits are contiguous from `promptLength`; together they are the output; at most `maxNewTokens`.
 * 3. A stop token is not committed; `finishReason` says why the decode ended. An abort ends within one forward pass.
 * 4. A proposal covers uncommitted positions only; a later proposal or commit over a position replaces it, and a
 *    commit withdraws the proposals after it.
 * 5. Same models, prompt, options and seed give the same events, times aside, also while another decode runs.
 * 6. Leaving the loop early disposes every session.
 * 7. Inputs are never written to; emitted arrays are never written to again.
 * 8. Every pass is reported by one `forward-end`, before the events that follow from it.
 * 9. All randomness comes from the `RandomSource`.
 */
export interface Decoder<Role extends ModelRole = ModelRole> {
  readonly name: string;
  /** The models that `decode` needs. */
  readonly requires: readonly Role[];
  /**
   * Most tokens that it commits, where that does not depend on the prompt or the model, as for a text of fixed length. `generate` takes it
   * for `maxNewTokens` where none is given. Left out by a decoder that goes on until something ends it.
   */
  readonly outputLength?: number | undefined;
  /** Claims that the output follows the causal model's own (processed) distribution; then the kit proves it. */
  readonly lossless?: boolean | undefined;
  /**
   * Decodes from `prompt`, shape (n,), n >= 1.
   * @throws InvalidOptionError for an empty prompt or an option out of range.
   * @throws ContextLengthError when the prompt is longer than the model's context.
   * @throws LogitsError when a row of logits has no distribution (NaN, +Infinity, or all -Infinity).
   */
  decode(models: Pick<ModelSet, Role>, prompt: Int32Array, options: DecodeOptions): AsyncGenerator<DecodeEvent, void, void>;
}
