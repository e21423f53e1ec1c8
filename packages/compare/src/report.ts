import type { FinishReason, ForwardPhase, ModelRole, PluginOptionValues, TokenId } from "@decodekit/core";

/**
 * What `compare` measured: plain data that survives JSON unchanged. A value that does not exist (a rate over no tokens,
 * the size of a model that nobody told) is null, never left out and never undefined.
 */
export interface CompareReport {
  /**
   * Raised when a field changes its meaning or goes away. Since 2, `passesPer1000Tokens` counts every pass of the target; version 1 left
   * out those in which the target drafted for itself.
   */
  readonly schemaVersion: 2;
  readonly environment: Environment;
  readonly model: ModelReport;
  /** In the order they ran. */
  readonly runs: readonly RunReport[];
}

/** Where the figures were taken. */
export interface Environment {
  /** For example "node 20.19.0", or a browser's user agent. */
  readonly runtime: string;
  /** Operating system and architecture, for example "linux x64". */
  readonly platform: string | null;
  readonly processor: string | null;
  /** Logical processors. */
  readonly processors: number | null;
}

export interface ModelReport {
  readonly name: string;
  /** Elements of the graph's weights. */
  readonly parameters: number | null;
  readonly vocabSize: number;
  /** "webgpu", "wasm" or "native". */
  readonly execution: string | null;
  /** Size of the graph and its external data. */
  readonly bytes: number | null;
}

/** One decode of one prompt. */
export interface RunReport {
  readonly decoder: string;
  /** Every option that has an effect, those left to their defaults included. */
  readonly options: PluginOptionValues;
  readonly prompt: string;
  readonly seed: number;
  /** The output alone, without the prompt. */
  readonly text: string;
  /** Tokens of the output. */
  readonly tokens: readonly TokenId[];
  readonly finishReason: FinishReason;
  /** Forward passes of all models by what they were for. */
  readonly passes: Readonly<Record<ForwardPhase, number>>;
  /** The same passes by the role of the model that ran and by what they were for. */
  readonly passesByModel: Readonly<Record<ModelRole, Readonly<Record<ForwardPhase, number>>>>;
  /** Passes of the target, whatever they were for: all but those of a draft model. */
  readonly targetPasses: number;
  /** Passes of all models per token of output. */
  readonly passesPerToken: number | null;
  /** `targetPasses` per 1000 tokens of output. */
  readonly passesPer1000Tokens: number | null;
  readonly prefillMilliseconds: number;
  /** All time inside the decode but the prefill: passes, sampling, bookkeeping. */
  readonly decodeMilliseconds: number;
  /** From the start of the decode, prefill included. */
  readonly timeToFirstTokenMilliseconds: number | null;
  /** Over `decodeMilliseconds`. */
  readonly tokensPerSecond: number | null;
  /** Draft tokens that were verified. */
  readonly drafted: number;
  /** Draft tokens that stood. */
  readonly accepted: number;
  /** How often a token that had been shown was replaced or made unknown again, rejected drafts aside. */
  readonly revisions: number;
  /** Share of the output's tokens that are not what was first shown in their place, rejected drafts aside; 0 is a stable text. */
  readonly changedShare: number | null;
  /**
   * Mean over the output's tokens of -ln p(token | prompt and tokens before it), in nats, under the causal model itself at
   * temperature 1, whatever the decoder did. Scored by a pass of its own that no other field counts. Null when nothing
   * was generated, the run was aborted, there is no causal model, or a token has probability 0.
   */
  readonly negativeLogLikelihood: number | null;
}
