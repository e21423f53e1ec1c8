import type { ModelRole, ModelSet, TokenId } from "./model.ts";
import type { RandomSource } from "./random.ts";

/** Guesses what the target will say next. It can change how fast a decode is, never what it gives. */
export interface Drafter<Role extends ModelRole = ModelRole> {
  readonly name: string;
  /** The models that `start` needs. */
  readonly requires: readonly Role[];
  /** Starts guessing after `prompt`, shape (n,). */
  start(models: Pick<ModelSet, Role>, prompt: Int32Array, options: DraftOptions): Promise<DraftSession>;
}

export interface DraftOptions {
  readonly stopTokens: readonly TokenId[];
  readonly signal?: AbortSignal | undefined;
}

export interface DraftSession {
  /** Tells which tokens were committed since the last call, shape (n,). */
  observe(tokens: Int32Array): Promise<void>;
  /** Proposes at most `max` tokens; an empty draft means "no idea". */
  propose(max: number, random: RandomSource): Promise<Draft>;
  dispose(): Promise<void>;
}

export interface Draft {
  /** Guessed tokens, shape (n,): a chain, or a tree when `parents` is given. */
  readonly tokens: Int32Array;
  /** Row i, shape (vocabSize,): the exact distribution that `tokens[i]` was drawn from. Absent when it was not so drawn. */
  readonly probabilities?: readonly Float64Array[] | undefined;
  /** Parent of each token, `parents[i]` < i, -1 for the committed prefix, shape (n,). */
  readonly parents?: Int32Array | undefined;
}
