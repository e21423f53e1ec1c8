import type { DecodeEvent, DecodeStatistics } from "@decodekit/core";

/** What a token was chosen from. */
export interface TokenLogProbability {
  /** The token as text, see `Tokenizer.tokenText`. */
  readonly text: string;
  /** Its bytes, if the tokenizer can tell them. */
  readonly bytes?: Uint8Array | undefined;
  readonly token: number;
  /** Natural logarithm of its probability; NaN if the model gave no row for it. */
  readonly logProbability: number;
  /** The most likely tokens in its place, in descending order. */
  readonly alternatives: readonly Omit<TokenLogProbability, "alternatives">[];
}

/** Why a reply ended. "tool-calls": the model waits for the results of its calls. */
export type ReplyFinishReason = "stop" | "length" | "abort" | "tool-calls";

/** Tokens of a request. */
export interface ReplyUsage {
  readonly promptTokens: number;
  /** Of the prompt, those that a prefix cache had read before. */
  readonly cachedTokens: number;
  /** All committed tokens, without the token that ends the text. */
  readonly outputTokens: number;
  /** Those of them that are reasoning. */
  readonly reasoningTokens: number;
}

/** A call of a tool. */
export interface ToolCall {
  /** Of 9 letters and digits, not used before in the conversation: "call00001". */
  readonly id: string;
  readonly name: string;
  /** The arguments as the model wrote them. */
  readonly text: string;
  /** The arguments; undefined if the text is not JSON, or the output ended within it. */
  readonly arguments: unknown;
}

/** The end of a reply. */
export interface ReplyFinish {
  readonly finishReason: ReplyFinishReason;
  readonly usage: ReplyUsage;
  /** Passes, drafts, times. */
  readonly statistics: DecodeStatistics;
  /** `Decoder.name`. */
  readonly decoder: string;
}

/** A piece of a reply. Only committed text: no part is ever taken back. */
export type ReplyPart =
  | { readonly type: "text-delta"; readonly text: string; readonly logProbabilities?: readonly TokenLogProbability[] | undefined }
  | { readonly type: "reasoning-start" }
  | { readonly type: "reasoning-delta"; readonly text: string }
  | { readonly type: "reasoning-end" }
  | { readonly type: "tool-call-start"; readonly id: string; readonly name: string }
  /** `text` is added to the text of the arguments. */
  | { readonly type: "tool-call-delta"; readonly id: string; readonly text: string }
  | ({ readonly type: "tool-call-end" } & ToolCall)
  | ({ readonly type: "finish" } & ReplyFinish);

/** An event of the decode among the parts. */
export interface DecodeEventPart {
  readonly type: "decode-event";
  readonly event: DecodeEvent;
}
