import type { TaskKind } from "../tasks/chat-tasks.ts";

/** Where a suite runs: onnxruntime's CPU code in Node, WebAssembly in Node, WebAssembly in Chromium, or Node without a runtime. */
export type Where = "native" | "wasm" | "chromium" | "node";

/** One measurement. A suite gives each of its rows another key. */
export interface Row {
  readonly key: string;
}

/** A row as it is kept: with the unit of work that it belongs to. */
export type Kept<Measured extends Row> = Measured & {
  readonly where: Where;
  /** Path of the graph within the model's folder; "" for suites that do not depend on it. */
  readonly file: string;
};

/** A greedy decode of one contender. */
export interface DecodeRow extends Row {
  readonly contender: string;
  readonly round: number;
  /** Number of the chat task, or undefined for a prompt of a given length. */
  readonly task?: number;
  readonly kind?: TaskKind;
  readonly promptTokens: number;
  readonly tokens: number;
  /** From the call to the first token. */
  readonly firstTokenMilliseconds: number;
  /** From the call to the last token. */
  readonly milliseconds: number;
  /** A hash of the tokens; undefined if the contender gives text only. */
  readonly digest?: string;
}

/** A contender that could not be measured, and why. */
export interface MissingRow extends Row {
  readonly contender: string;
  readonly missing: string;
}

export interface SpeculationRow extends Row {
  readonly decoder: string;
  readonly round: number;
  readonly task: number;
  readonly kind: TaskKind;
  readonly promptTokens: number;
  readonly tokens: number;
  readonly firstTokenMilliseconds: number;
  readonly milliseconds: number;
  /** Passes of the target. */
  readonly passes: number;
  readonly drafted: number;
  readonly accepted: number;
  /** A hash of the tokens. */
  readonly digest: string;
}

/** A drafter at one draft length on one prompt of the embedded model. */
export interface DraftersRow extends Row {
  readonly target: string;
  readonly set: string;
  readonly drafter: string;
  /** Tokens per draft; "plain" is greedy decoding. */
  readonly length: number | "auto" | "plain";
  readonly prompt: number;
  readonly tokens: number;
  /** Median of the decodes of this prompt. */
  readonly milliseconds: number;
  readonly passes: number;
  readonly draftModelPasses: number;
  readonly drafted: number;
  readonly accepted: number;
  readonly digest: string;
}

export interface SamplersRow extends Row {
  readonly library: string;
  readonly sampler: string;
  readonly round: number;
  readonly vocabSize: number;
  readonly microsecondsPerToken: number;
}

export interface MasksRow extends Row {
  readonly round: number;
  readonly vocabSize: number;
  /** Tokens of the first text. */
  readonly tokens: number;
  /** Reading the vocabulary, once for a tokenizer. */
  readonly readMilliseconds: number;
  readonly compileMilliseconds: number;
  /** Per token, of the first text, which meets every state of the grammar for the first time. */
  readonly firstTextMicroseconds: number;
  /** Per token, of another text of the same constraint. */
  readonly secondTextMicroseconds: number;
  /** Per token, of the first text again. */
  readonly knownStatesMicroseconds: number;
}

export interface LoadingRow extends Row {
  readonly library: string;
  readonly round: number;
  readonly promptWords: number;
  readonly tokens: number;
  readonly seconds: number;
  readonly firstTokenSeconds: number;
  readonly peakBytes: number;
  readonly digest: string;
}

/** Loading through the hub package from a server on loopback. */
export interface HubRow extends Row {
  /** "cold": nothing is cached. "cached": everything is, and the process is new. */
  readonly state: "cold" | "cached";
  readonly round: number;
  readonly seconds: number;
  readonly peakBytes: number;
}

export interface DtypesRow extends Row {
  readonly label: string;
  readonly bytes: number;
  readonly oneRowMilliseconds: readonly number[];
  readonly severalRowsMilliseconds: readonly number[];
  readonly rows: number;
  /** Mean Kullback–Leibler divergence from the first file, in nats. */
  readonly divergence: number;
  readonly otherLikeliest: number;
  /** Largest change of a logit if the text is read token by token. */
  readonly movedBy: number;
  readonly movedLikeliest: number;
}

export interface EventLoopRow extends Row {
  readonly order: "one after another" | "all at once";
  readonly decodes: number;
  readonly tokens: number;
  readonly ticks: number;
  readonly medianGap: number;
  readonly percentile99Gap: number;
  readonly longestGap: number;
  /** Undefined where the time of a pass includes waiting for others. */
  readonly longestPass?: number;
}

export interface BundlesRow extends Row {
  readonly bundle: string;
  readonly minifiedBytes: number;
  readonly gzippedBytes: number;
}

/** The rows of every suite, by its name. */
export interface SuiteRows {
  readonly "framework-cost": DecodeRow;
  readonly peers: DecodeRow | MissingRow;
  readonly prefill: DecodeRow;
  readonly "context-scaling": DecodeRow;
  readonly speculation: SpeculationRow;
  readonly drafters: DraftersRow;
  readonly samplers: SamplersRow;
  readonly masks: MasksRow;
  readonly loading: LoadingRow;
  readonly "hub-loading": HubRow;
  readonly dtypes: DtypesRow;
  readonly "event-loop": EventLoopRow;
  readonly bundles: BundlesRow;
}

export type SuiteName = keyof SuiteRows;
