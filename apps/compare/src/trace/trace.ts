import type { DecodeEvent, GenerateResult, ModelRole, PluginOptionValues, RowConsistency, TokenId } from "@decodekit/core";
import type { Settings } from "../url/settings.ts";

/** One event of a lane, and its time: milliseconds spent inside the decoder so far. */
export interface TracedEvent {
  readonly event: DecodeEvent;
  readonly milliseconds: number;
}

/** A token that could stand at a position. */
export interface Candidate {
  readonly token: TokenId;
  /** Under the model's own distribution, at temperature 1. */
  readonly probability: number;
  /** Under the distribution that the decoder drew from, 0 for a token that it left out; absent if that is not known. */
  readonly after?: number | undefined;
}

/** What a decoder left of the model's distribution. */
export interface DistributionCut {
  /** Number of tokens that could be drawn. */
  readonly left: number;
  /** Probability, under the model's own distribution, of all tokens that could not be drawn. */
  readonly mass: number;
}

/** The causal model's score of one output token, computed after the run. */
export interface TokenScore {
  /** Probability of the token itself, at temperature 1. */
  readonly probability: number;
  /** Its place among all tokens, the likeliest being 1 and the lowest id first among equals; absent in runs of earlier versions. */
  readonly rank?: number | undefined;
  /**
   * Tokens at its position, likeliest first: the likeliest of the model and of the decoder's distribution, those that were shown there
   * and taken back, and the token itself, except in runs of earlier versions.
   */
  readonly candidates: readonly Candidate[];
  /** Present if it is known what the decoder drew from: then every candidate has `after`. */
  readonly cut?: DistributionCut | undefined;
}

export interface LaneTrace {
  /** As on the command line, for example "greedy" or "top-p:p=0.9". */
  readonly specification: string;
  readonly title: string;
  readonly options: PluginOptionValues;
  readonly seed: number;
  /** Tokens that the output starts with; the decoder continued after them, as if they belonged to its prompt. */
  readonly start?: readonly TokenId[] | undefined;
  readonly events: readonly TracedEvent[];
  readonly result?: Pick<GenerateResult, "text" | "finishReason" | "statistics"> | undefined;
  /** One per token of the output, those of `start` included; absent until the lane is scored. */
  readonly scores?: readonly TokenScore[] | undefined;
  /** Why the lane ended without a result. */
  readonly error?: string | undefined;
}

/** The record of one run of several decoders on one prompt. */
export interface Trace {
  readonly model: TracedModel;
  /** The choices that led to the model; absent in runs of earlier versions. */
  readonly request?: ModelChoice | undefined;
  readonly prompt: string;
  /** How the prompt was to be read, and the chat that the model read; absent in runs of earlier versions. */
  readonly chat?: TracedChat | undefined;
  readonly promptTokens: readonly TokenId[];
  readonly maxNewTokens: number;
  /** Text of every token that occurs. */
  readonly vocabulary: ReadonlyMap<TokenId, string>;
  readonly lanes: readonly LaneTrace[];
}

/** The model as the visitor named it, and how it was to run. */
type ModelChoice = Pick<Settings, "model" | "dtype" | "hub" | "execution"> & Partial<Pick<Settings, "modelFile" | "draftModel">>;

interface TracedChat extends Pick<Settings, "chat" | "system"> {
  /** The prompt as the model read it; undefined if it read plain text. */
  readonly rendered?: string | undefined;
}

export interface TracedModel {
  readonly name: string;
  readonly execution: string;
  readonly parameters: number;
  readonly vocabSize: number;
  readonly roles: readonly ModelRole[];
  readonly maskTokenId?: TokenId | undefined;
  /** Tokens that end the text; absent in runs of earlier versions. */
  readonly stopTokens?: readonly TokenId[] | undefined;
  /** How much a row depends on the pass that computes it; absent in runs of earlier versions. */
  readonly rowConsistency?: RowConsistency | undefined;
  /** The file that was opened, and why; absent in runs of earlier versions. */
  readonly file?: { readonly path: string; readonly reason: string } | undefined;
}
