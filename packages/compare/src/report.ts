import type { FinishReason, ForwardPhase, ModelRole, PluginOptionValues, RowConsistency, TokenId } from "@decodekit/core";

/**
 * The result of `compare`: plain data that survives JSON unchanged. A value that does not exist (a rate over no tokens, an unknown model
 * size) is null, never missing or undefined.
 */
export interface CompareReport {
  /**
   * Raised when a field changes its meaning or is removed. Since version 2, `passesPer1000Tokens` counts every pass of the target; version
   * 1 excluded those in which the target drafted for itself.
   */
  readonly schemaVersion: 2;
  readonly environment: Environment;
  readonly model: ModelReport;
  /** In the order in which they ran. */
  readonly runs: readonly RunReport[];
}

/** The environment of the measurement. */
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
  /** The file that holds the graph, and why it was chosen among those of the model. */
  readonly file: { readonly path: string; readonly dtype: string | null; readonly reason: string } | null;
  /** Number of weights in the graph. */
  readonly parameters: number | null;
  readonly vocabSize: number;
  /** "webgpu", "wasm" or "native". */
  readonly execution: string | null;
  /** How much a row of logits depends on the pass that computes it: see `ModelCapabilities` of core. Null without a causal model. */
  readonly rowConsistency: RowConsistency | null;
  /** Size of the graph and its external data, in bytes. */
  readonly bytes: number | null;
}

/** One decode of one prompt. */
export interface RunReport {
  readonly decoder: string;
  /** Every option that has an effect, including defaults. */
  readonly options: PluginOptionValues;
  readonly prompt: string;
  readonly seed: number;
  /** The output, without the prompt. */
  readonly text: string;
  /** Output tokens. */
  readonly tokens: readonly TokenId[];
  readonly finishReason: FinishReason;
  /**
   * Whether the output follows the model's distribution, up to rounding: the decoder claims it, and if it verified drafts, the model's
   * `rowConsistency` is "exact" or "rounding". Null if the decoder claims nothing, as those that decode token by token.
   */
  readonly lossless: boolean | null;
  /** Forward passes of all models by phase. */
  readonly passes: Readonly<Record<ForwardPhase, number>>;
  /** The same passes by the role of the model, then by phase. */
  readonly passesByModel: Readonly<Record<ModelRole, Readonly<Record<ForwardPhase, number>>>>;
  /** Passes of the target in every phase: all passes except those of a draft model. */
  readonly targetPasses: number;
  /** Passes of all models per output token. */
  readonly passesPerToken: number | null;
  /** `targetPasses` per 1000 output tokens. */
  readonly passesPer1000Tokens: number | null;
  readonly prefillMilliseconds: number;
  /** Time inside the decode without the prefill: passes, sampling, bookkeeping. */
  readonly decodeMilliseconds: number;
  /** From the start of the decode, prefill included. */
  readonly timeToFirstTokenMilliseconds: number | null;
  /** Measured over `decodeMilliseconds`. */
  readonly tokensPerSecond: number | null;
  /** Draft tokens that were verified. */
  readonly drafted: number;
  /** Draft tokens that were accepted. */
  readonly accepted: number;
  /** How often a shown token was replaced or remasked, not counting rejected drafts. */
  readonly revisions: number;
  /** Share of output tokens that differ from the token first shown at their position, not counting rejected drafts; 0 is a stable text. */
  readonly changedShare: number | null;
  /**
   * Mean over the output's tokens of -ln p(token | prompt and tokens before it), in nats, under the causal model itself at temperature 1,
   * independent of the decoder. Computed by separate passes that no other field counts. Null if nothing was generated, the run was aborted,
   * there is no causal model, or a token has probability 0.
   */
  readonly negativeLogLikelihood: number | null;
}
