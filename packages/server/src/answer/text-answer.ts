import { type Decoder, type FinishReason, generate, type LogitsProcessor } from "@decodekit/core";
import { incrementalText, stopStringFilter } from "@decodekit/core/toolkit";
import type { Served } from "../served-models.ts";
import { type ReportedToken, reportedTokens } from "./token-report.ts";
import type { Cost } from "./usage.ts";

/** One text to decode. */
export interface TextPlan {
  readonly served: Served;
  /** Shape (n,), n >= 1. */
  readonly prompt: Int32Array;
  readonly decoder: Decoder;
  readonly seed: number;
  readonly maxNewTokens: number;
  readonly stopStrings: readonly string[];
  readonly processors?: readonly LogitsProcessor[] | undefined;
  /** See `GenerateOptions.logProbabilities`. */
  readonly logProbabilities: number | undefined;
}

/** A piece of a text, and the tokens that were committed since the last piece. Either may be empty. */
export interface TextPart {
  readonly text: string;
  readonly tokens: readonly ReportedToken[];
}

export interface TextEnd extends Cost {
  readonly finishReason: FinishReason;
}

/** Decodes a text and yields it part by part; an abort of `signal` ends it with finish reason "abort". */
export async function* textAnswer(plan: TextPlan, signal: AbortSignal): AsyncGenerator<TextPart, TextEnd, void> {
  const { prompt, decoder, seed, maxNewTokens, stopStrings, processors, logProbabilities } = plan;
  const { model, cachedTokens } = plan.served.forAnswer();
  const options = { decoder, seed, maxNewTokens, stopStrings, processors, logProbabilities, signal, onWarning: () => undefined };
  const generation = generate(model, prompt, options);
  // The same text as `generation.textStream`, from the commits themselves, so that each part has the tokens that it is made of.
  const text = incrementalText(model.tokenizer, prompt);
  const stops = stopStringFilter(stopStrings);
  let isStopped = false;
  const filtered = (more: string): string => {
    if (isStopped) return "";
    const certain = stops.push(more);
    isStopped = certain.stopped;
    return certain.text;
  };
  for await (const event of generation.events) {
    if (event.type === "tokens-commit") yield { text: filtered(text.push(event.tokens)), tokens: reportedTokens(event) };
  }
  const last = filtered(text.end());
  const rest = isStopped ? last : last + stops.end();
  if (rest !== "") yield { text: rest, tokens: [] };
  const { finishReason, statistics } = await generation.result;
  return { finishReason, statistics, promptTokens: prompt.length, cachedTokens: cachedTokens(), reasoningTokens: 0 };
}
