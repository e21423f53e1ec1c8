import type { FinishReason, ForwardPhase, PluginOptionValues, TokenId } from "@decodekit/core";

/**
 * What `compare` measured: plain data that survives JSON unchanged. A value that does not exist (a rate over no tokens,
 * the size of a model that nobody told) is null, never left out and never undefined.
 */
export interface CompareReport {
  /** Raised when a field changes its meaning or goes away. */
  readonly schemaVersion: 1;
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
  /** Forward passes by what they were for. */
  readonly passes: Readonly<Record<ForwardPhase, number>>;
  /** All passes, those of drafts included, per token of output. */
  readonly passesPerToken: number | null;
  /** Passes of the model itself, so all but "draft", per 1000 tokens of output. */
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
  /** How often a token that had been shown was replaced, rejected drafts aside. */
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
