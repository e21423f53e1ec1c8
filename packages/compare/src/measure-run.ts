import { generate, type LanguageModel } from "@decodekit/core";
import type { ComparedDecoder } from "./compared-decoder.ts";
import { rowConsistencyOf } from "./losslessness.ts";
import type { RunReport } from "./report.ts";
import { runReport } from "./run-report.ts";
import { scoreOutput } from "./score-output.ts";

export interface RunSettings {
  readonly prompt: string;
  readonly seed: number;
  /** >= 1. */
  readonly maxNewTokens: number;
  readonly signal?: AbortSignal | undefined;
  /** Called after each commit with the length of the output so far. */
  readonly onTokens?: ((tokens: number) => void) | undefined;
}

/** Decodes once and measures it. An abort during the decode ends it with finish reason "abort"; after an abort, the likelihood is null. */
export async function measureRun(
  model: LanguageModel,
  { decoder, options = {} }: ComparedDecoder,
  settings: RunSettings,
): Promise<RunReport> {
  const { prompt, seed, maxNewTokens, signal, onTokens } = settings;
  const promptTokens = model.tokenizer.encode(prompt);
  const generation = generate(model, promptTokens, { decoder, maxNewTokens, seed, signal });
  let committed = 0;
  for await (const event of generation.events) {
    if (event.type !== "tokens-commit") continue;
    onTokens?.((committed += event.tokens.length));
  }
  const result = await generation.result;
  const { tokens } = result;
  const negativeLogLikelihood = tokens.length > 0 ? await likelihood(model, promptTokens, tokens, signal) : null;
  const rowConsistency = rowConsistencyOf(model.causal);
  return runReport({ decoder, options, prompt, seed, result, rowConsistency, negativeLogLikelihood });
}

async function likelihood(
  model: LanguageModel,
  prompt: Int32Array,
  output: Int32Array,
  signal: AbortSignal | undefined,
): Promise<number | null> {
  if (!model.causal || signal?.aborted) return null;
  try {
    const nats = await scoreOutput(model.causal, prompt, output, { signal });
    return Number.isFinite(nats) ? nats : null;
  } catch (error) {
    if (signal?.aborted && error === signal.reason) return null;
    throw error;
  }
}
