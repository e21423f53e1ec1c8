import type { LanguageModelV4FinishReason, LanguageModelV4Usage } from "@ai-sdk/provider";
import type { ReplyFinish, ReplyFinishReason, ReplyUsage } from "@decodekit/chat";

/** `providerMetadata.decodekit` of a finished call: what its decoder did. */
export interface DecodekitMetadata {
  /** `Decoder.name`. */
  readonly decoder: string;
  /** Passes of the model in all phases, the prompt's included. */
  readonly passes: number;
  /** Tokens of the output for each pass after the prompt's; absent if there was none. */
  readonly tokensPerPass?: number;
  /** Tokens that drafters proposed and the model verified. */
  readonly drafted: number;
  /** Those of them that it accepted. */
  readonly accepted: number;
  /** Time of the passes over the prompt. */
  readonly prefillSeconds: number;
  /** All other time of the decode. */
  readonly seconds: number;
  /** Absent if there were none. */
  readonly tokensPerSecond?: number;
}

/** Returns what the decoder of a reply did. */
export function metadataOf({ decoder, statistics }: ReplyFinish): DecodekitMetadata {
  const { tokens, targetPasses, passes, drafted, accepted, prefillMilliseconds, decodeMilliseconds, tokensPerSecond } = statistics;
  const after = targetPasses - passes.prefill;
  return {
    decoder,
    passes: targetPasses,
    ...(after > 0 && { tokensPerPass: tokens / after }),
    drafted,
    accepted,
    prefillSeconds: prefillMilliseconds / 1000,
    seconds: decodeMilliseconds / 1000,
    ...(tokensPerSecond !== undefined && { tokensPerSecond }),
  };
}

const REASONS: Readonly<Record<ReplyFinishReason, LanguageModelV4FinishReason["unified"]>> = {
  stop: "stop",
  length: "length",
  "tool-calls": "tool-calls",
  abort: "other",
};

export function finishReasonOf(reason: ReplyFinishReason): LanguageModelV4FinishReason {
  return { unified: REASONS[reason], raw: reason };
}

/** Returns the tokens of a call, all unknown if it failed. */
export function usageOf(usage?: ReplyUsage): LanguageModelV4Usage {
  if (!usage) {
    return {
      inputTokens: { total: undefined, noCache: undefined, cacheRead: undefined, cacheWrite: undefined },
      outputTokens: { total: undefined, text: undefined, reasoning: undefined },
    };
  }
  const { promptTokens, cachedTokens, outputTokens, reasoningTokens } = usage;
  return {
    inputTokens: { total: promptTokens, noCache: promptTokens - cachedTokens, cacheRead: cachedTokens, cacheWrite: undefined },
    outputTokens: { total: outputTokens, text: outputTokens - reasoningTokens, reasoning: reasoningTokens },
  };
}
