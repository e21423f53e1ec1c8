import type { DraftHead } from "./draft-head.ts";
import type { ForwardEndEvent } from "./decoder.ts";
import type { HiddenStates, ModelRole, ModelSet, TokenId } from "./model.ts";
import type { RandomSource } from "../random/random.ts";
import type { CausalRole, MaskedRole, ReportingMaskedSession, ReportingSession } from "./reporting-session.ts";
import type { Sampler } from "./sampler.ts";

/** Guesses the target's next tokens. A drafter can change the speed of a decode, never its output: the verifier decides that. */
export interface Drafter<Role extends ModelRole = ModelRole> {
  readonly name: string;
  /** The models that `start` requires, besides the target. */
  readonly requires: readonly Role[];
  /**
   * The kind of its drafts. "tokens": a chain of tokens from any source. "probabilities": a chain in which each token was drawn from its
   * row; rows and lengths do not depend on that draw or later ones. "tree": several chains that share their beginnings, with `parents`.
   */
  readonly draftKind: "tokens" | "probabilities" | "tree";
  /**
   * Whether all of its drafts have `confidences`, or some. A decoder that chooses lengths then asks in every round, and verifies as much of
   * such a draft as pays off; so it must be cheap to ask. @defaultValue none of them
   */
  readonly confidences?: "all" | "some" | undefined;
  /** Whether it uses `DraftOutcome.predictions`. @defaultValue false */
  readonly usesTargetPredictions?: boolean | undefined;
  /** Whether it uses `DraftOutcome.layerStates`, which need a target with `capabilities.hiddenLayers`. @defaultValue false */
  readonly usesLayerStates?: boolean | undefined;
  /**
   * The kind of draft head that it uses, `causal.draftHead`. Passes of the head are reported as those of a model with the role "draft".
   * @defaultValue none
   */
  readonly draftHead?: DraftHead["kind"] | undefined;
  /** Starts drafting in one decode. Nothing that would change a draft may be kept between decodes. */
  start(run: DraftContext<Role>): Promise<DraftSession>;
}

/** The decode that a drafter drafts for. */
export interface DraftContext<Role extends ModelRole = ModelRole> {
  readonly models: Pick<ModelSet, Role>;
  /** Shape (n,), n >= 1. Not to be written to. */
  readonly prompt: Int32Array;
  /** Size of the target's vocabulary. */
  readonly vocabSize: number;
  readonly stopTokens: ReadonlySet<TokenId>;
  /** How the target's tokens are chosen; a drafter that samples should choose its tokens in the same way. */
  readonly sampler: Sampler;
  /** Whether the verification rule uses the drafts' probabilities; if not, they may be left out. */
  readonly usesProbabilities: boolean;
  /** Aborted with the decode; the passes of the sessions below already observe it. */
  readonly signal: AbortSignal | undefined;
  /** Opens a session, which is disposed when the decode ends for any reason. */
  openSession(role: Role & CausalRole): Promise<ReportingSession>;
  /**
   * Opens a masked session over the target's cache, which is disposed in the same way. If the model shares the target's weights, its
   * prefix is every committed token but the last; any other model keeps its own prefix. `length` is the prefix's length.
   */
  openMaskedSession(role: Role & MaskedRole): Promise<ReportingMaskedSession>;
}

export interface DraftSession {
  /** Receives every commit, in order, at the latest before the next draft. Runs no passes. */
  observe(outcome: DraftOutcome): void;
  /**
   * Drafts the next tokens; an empty draft means no guess. An implementation that runs passes is a generator, which yields the
   * `forward-end` of every pass as it ends; one without passes may return a promise.
   * An error that it throws ends the decode with a DrafterError, except the signal's own reason.
   */
  propose(request: DraftRequest): Promise<Draft> | AsyncGenerator<ForwardEndEvent, Draft, void>;
  /**
   * Frees what the session holds beside the sessions of `DraftContext`, which are disposed without it. Called once, when the decode ends
   * for any reason, also during a call of `propose` that was given up. @defaultValue there is nothing to free
   */
  dispose?(): Promise<void>;
}

/** The outcome of a round. */
export interface DraftOutcome {
  /** Tokens committed since the last call, shape (n,), n >= 1: the accepted tokens of the draft and one more. */
  readonly tokens: Int32Array;
  /** Number of drafted tokens that were verified. */
  readonly drafted: number;
  /** Number of drafted tokens that were accepted. */
  readonly accepted: number;
  /**
   * For a chain: the target's predictions at the positions [start, start + n), where start is the position of `tokens[0]`; shape (n,),
   * n > drafted. Each prediction is correct if the drafted tokens before it are. Only for a drafter with `usesTargetPredictions`.
   */
  readonly predictions?: Int32Array | undefined;
  /**
   * The target's hidden states at the committed positions that it has read since the last call, the prompt's in the first one, see
   * `Logits.layerStates`. The last of them is at the position before that of the last of `tokens`. To be kept by the drafter, which owns
   * them. Only for a drafter with `usesLayerStates`.
   */
  readonly layerStates?: HiddenStates | undefined;
}

export interface DraftRequest {
  /** Maximum number of tokens to propose, >= 1; 0 for a drafter with some `confidences` if only such a draft is wanted. */
  readonly max: number;
  /** Maximum number of tokens of a draft with `confidences`, >= max. What does not pay off is not verified. @defaultValue max */
  readonly maxConfident?: number | undefined;
  /** Length of the longest useful chain, >= 1: `max`, or less for a tree near the end. */
  readonly maxDepth: number;
  /** Random source for this request only; the token at absolute position n draws from `random.fork(n)`. */
  readonly random: RandomSource;
}

/** Drafted tokens. Tokens after the first stop token of a chain are not verified. */
export interface Draft {
  /** Guessed tokens, shape (n,): a chain, or a tree when `parents` is given. */
  readonly tokens: Int32Array;
  /**
   * For `draftKind` "probabilities", if they are used: row i, shape (vocabSize,), is the exact distribution that `tokens[i]` was drawn
   * from, float64, summing to 1 up to rounding.
   */
  readonly probabilities?: readonly Float64Array[] | undefined;
  /**
   * For a chain: the estimated probability that the target accepts each token if it accepts those before it, each in [0, 1], shape (n,).
   * They decide how much of the draft is verified, except by rules that use `probabilities`.
   */
  readonly confidences?: Float64Array | undefined;
  /** For `draftKind` "tree": parent of each token, `parents[i]` < i, -1 for the committed prefix, shape (n,). */
  readonly parents?: Int32Array | undefined;
}

/** Returns the draft that `session` proposes, and yields the events of its passes if `propose` is a generator. */
export async function* draftFrom(session: DraftSession, request: DraftRequest): AsyncGenerator<ForwardEndEvent, Draft, void> {
  const proposed = session.propose(request);
  return "next" in proposed ? yield* proposed : await proposed;
}
