import type { DecodeEvent, GenerateResult, ModelRole, PluginOptionValues, RowConsistency, TokenId } from "@decodekit/core";

/** One event of a lane, and its time: milliseconds spent inside the decoder so far. */
export interface TracedEvent {
  readonly event: DecodeEvent;
  readonly milliseconds: number;
}

/** A token and its probability under the model. */
interface Candidate {
  readonly token: TokenId;
  readonly probability: number;
}

/** The causal model's score of one output token, computed after the run. */
export interface TokenScore {
  /** Probability of the token itself, at temperature 1. */
  readonly probability: number;
  /** The likeliest tokens at its position, best first. */
  readonly candidates: readonly Candidate[];
}

export interface LaneTrace {
  /** As on the command line, for example "greedy" or "top-p:p=0.9". */
  readonly specification: string;
  readonly title: string;
  readonly options: PluginOptionValues;
  readonly seed: number;
  readonly events: readonly TracedEvent[];
  readonly result?: Pick<GenerateResult, "text" | "finishReason" | "statistics"> | undefined;
  /** One per output token; absent until the lane is scored. */
  readonly scores?: readonly TokenScore[] | undefined;
  /** Why the lane ended without a result. */
  readonly error?: string | undefined;
}

/** The record of one run of several decoders on one prompt. */
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
  /** How much a row depends on the pass that computes it; absent in runs of earlier versions. */
  readonly rowConsistency?: RowConsistency | undefined;
  /** The file that was opened, and why; absent in runs of earlier versions. */
  readonly file?: { readonly path: string; readonly reason: string } | undefined;
}
