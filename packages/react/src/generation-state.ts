import type { DecodeEvent, DecodeStatistics, GenerateResult, TokenId } from "@decodekit/core";

/** A decode as `generate` of `@decodekit/core` and of `@decodekit/core/worker` return it. */
export interface AnyGeneration {
  readonly textStream: AsyncIterable<string>;
  readonly events: AsyncIterable<DecodeEvent>;
  readonly result: Promise<GenerateResult>;
}

/**
 * "idle" before the first decode, "running" until it ends, then "done", "aborted" (by `stop`, another `start` or the component's end), or
 * "failed", with an `error`.
 */
export type GenerationStatus = "idle" | "running" | "done" | "aborted" | "failed";

/** A token that may still change. */
export interface Proposal {
  /** Position in the sequence, prompt included. */
  readonly position: number;
  readonly token: TokenId;
  /** Its probability under the model that proposed it, if the decoder reports it. */
  readonly probability: number | undefined;
}

/** What is known of a decode so far. Every change is a new object. */
export interface GenerationState {
  readonly status: GenerationStatus;
  /** Text of the committed tokens; never ends within a character. */
  readonly text: string;
  /** Committed tokens. */
  readonly tokens: readonly TokenId[];
  /** Tokens after the committed ones that may still change, by ascending position. A masked position has the mask token. */
  readonly proposals: readonly Proposal[];
  /** Passes, drafts and times so far; undefined while idle. */
  readonly statistics: DecodeStatistics | undefined;
  /** Once the decode has ended, unless it failed. */
  readonly result: GenerateResult | undefined;
  /** Why it failed. */
  readonly error: unknown;
}

export const IDLE: GenerationState = {
  status: "idle",
  text: "",
  tokens: [],
  proposals: [],
  statistics: undefined,
  result: undefined,
  error: undefined,
};
