import type { ForwardEndEvent } from "./decoder.ts";
import type { ModelRole, ModelSet, TokenId } from "./model.ts";
import type { RandomSource } from "./random.ts";
import type { CausalRole, MaskedRole, ReportingMaskedSession, ReportingSession } from "./reporting-session.ts";
import type { Sampler } from "./sampler.ts";

/** Guesses what the target will say next. It can change how fast a decode is, never what it gives: that is up to the verifier. */
export interface Drafter<Role extends ModelRole = ModelRole> {
  readonly name: string;
  /** The models that `start` needs, the target aside. */
  readonly requires: readonly Role[];
  /**
   * What its drafts are. "tokens": a chain, however it was found. "probabilities": a chain each of whose tokens was drawn
   * from the row that comes with it, all rows and lengths being fixed without looking at that draw or later ones.
   * "tree": several chains that share their beginnings, with `parents`.
   */
  readonly gives: "tokens" | "probabilities" | "tree";
  /** True when it wants `DraftOutcome.predictions`. @defaultValue false */
  readonly learnsFromTarget?: boolean | undefined;
  /** Begins to guess in one decode. Nothing may be kept between decodes that would change a draft. */
  start(run: DraftRun<Role>): Promise<DraftSession>;
}

/** The decode that a drafter guesses for. */
export interface DraftRun<Role extends ModelRole = ModelRole> {
  readonly models: Pick<ModelSet, Role>;
  /** Shape (n,), n >= 1. Not to be written to. */
  readonly prompt: Int32Array;
  /** Size of the target's vocabulary. */
  readonly vocabSize: number;
  readonly stopTokens: ReadonlySet<TokenId>;
  /** How the target's tokens are chosen; a drafter that samples does well to choose the same way. */
  readonly sampler: Sampler;
  /** Whether the rule that checks the drafts weighs their probabilities; where it does not they may be left out. */
  readonly usesProbabilities: boolean;
  /** Aborted when the decode is; the passes of the sessions below heed it already. */
  readonly signal: AbortSignal | undefined;
  /** Opens a session; it is disposed when the decode ends, however it ends. */
  openSession(role: Role & CausalRole): Promise<ReportingSession>;
  /**
   * Opens a masked session on top of the target's cache, disposed likewise. A model that shares the target's weights
   * then holds every committed token but the last as its prefix; another one keeps a prefix of its own: `length` tells.
   */
  openMaskedSession(role: Role & MaskedRole): Promise<ReportingMaskedSession>;
}

export interface DraftSession {
  /** Told of every commit, in order, at the latest before the next draft. Does no passes. */
  observe(outcome: DraftOutcome): void;
  /**
   * Guesses the next tokens. An empty draft means "no idea". One that runs passes is a generator, which yields the
   * `forward-end` of every pass as it ends; one that does not may return a promise.
   * Whatever it throws ends the decode with a DrafterError, except the signal's own reason.
   */
  propose(request: DraftRequest): Promise<Draft> | AsyncGenerator<ForwardEndEvent, Draft, void>;
}

/** What became of a round. */
export interface DraftOutcome {
  /** Committed since the last call, shape (n,), n >= 1: the accepted tokens of the draft and one more. */
  readonly tokens: Int32Array;
  /** Tokens that were verified, 0 when none were. */
  readonly drafted: number;
  /** How many of them stood. */
  readonly accepted: number;
  /**
   * For a chain: what the target would say at the positions [start, start + n), start being where `tokens` starts, each
   * token being right if those drafted before it are; shape (n,), n > drafted. Only for a drafter that learns from it.
   */
  readonly predictions?: Int32Array | undefined;
}

export interface DraftRequest {
  /** Most tokens to propose, >= 1. */
  readonly max: number;
  /** Longest chain worth proposing, >= 1: `max`, or less for a tree near the end. */
  readonly maxDepth: number;
  /** A source for this request alone; the token at absolute position n draws from `random.fork(n)`. */
  readonly random: RandomSource;
}

/** Drafts go as far as the first stop token of a chain; what is proposed after it is not verified. */
export interface Draft {
  /** Guessed tokens, shape (n,): a chain, or a tree when `parents` is given. */
  readonly tokens: Int32Array;
  /**
   * For a drafter that gives "probabilities", where they are used: row i, shape (vocabSize,), is the exact distribution that `tokens[i]` was
   * drawn from, float64, summing to 1 up to rounding.
   */
  readonly probabilities?: readonly Float64Array[] | undefined;
  /** For a drafter that gives a "tree": parent of each token, `parents[i]` < i, -1 for the committed prefix, shape (n,). */
  readonly parents?: Int32Array | undefined;
}

/** What `session` proposes, with the events of its passes, in whichever of its two ways it proposes. */
export async function* draftFrom(session: DraftSession, request: DraftRequest): AsyncGenerator<ForwardEndEvent, Draft, void> {
  const proposed = session.propose(request);
  return "next" in proposed ? yield* proposed : await proposed;
}
