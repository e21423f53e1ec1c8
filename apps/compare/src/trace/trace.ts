import type { DecodeEvent, GenerateResult, ModelRole, PluginOptionValues, TokenId } from "@decodekit/core";

/** One event of a lane, and when it came: milliseconds spent inside the decoder. */
export interface TracedEvent {
  readonly event: DecodeEvent;
  readonly milliseconds: number;
}

/** A token and how likely the model holds it. */
export interface Candidate {
  readonly token: TokenId;
  readonly probability: number;
}

/** What the causal model says of one output token, scored after the run. */
export interface TokenScore {
  /** Of the token itself, at temperature 1. */
  readonly probability: number;
  /** Likeliest tokens at its position, best first. */
  readonly candidates: readonly Candidate[];
}

export interface LaneTrace {
  /** As on the command line: "greedy", "top-p:p=0.9". */
  readonly specification: string;
  readonly title: string;
  readonly options: PluginOptionValues;
  readonly seed: number;
  readonly events: readonly TracedEvent[];
  readonly result?: Pick<GenerateResult, "text" | "finishReason" | "statistics"> | undefined;
  /** One per output token; absent until they are scored, or when there is no causal model. */
  readonly scores?: readonly TokenScore[] | undefined;
  /** Why the lane ended without a result. */
  readonly error?: string | undefined;
}

/** Everything that was seen of one run of several decoders on one prompt. */
export interface Trace {
  readonly model: TracedModel;
  readonly prompt: string;
  readonly promptTokens: readonly TokenId[];
  readonly maxNewTokens: number;
  /** Text of every token that occurs. */
  readonly vocabulary: ReadonlyMap<TokenId, string>;
  readonly lanes: readonly LaneTrace[];
}

export interface TracedModel {
  readonly name: string;
  readonly execution: string;
  readonly parameters: number;
  readonly vocabSize: number;
  readonly roles: readonly ModelRole[];
  readonly maskTokenId?: TokenId | undefined;
}
