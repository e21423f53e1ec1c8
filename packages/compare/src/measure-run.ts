import { generate, type GenerateResult, type LanguageModel } from "@decodekit/core";
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
export async function measureRun(model: LanguageModel, compared: ComparedDecoder, settings: RunSettings): Promise<RunReport> {
  const { prompt, seed, signal } = settings;
  const { decoder, options = {} } = compared;
  const result = await decodeOnce(model, compared, settings);
  const { tokens } = result;
  const negativeLogLikelihood = tokens.length > 0 ? await likelihood(model, model.tokenizer.encode(prompt), tokens, signal) : null;
  const rowConsistency = rowConsistencyOf(model.causal);
  return runReport({ decoder, options, prompt, seed, result, rowConsistency, negativeLogLikelihood });
}

/** Decodes once. */
export async function decodeOnce(
  model: LanguageModel,
  { decoder }: ComparedDecoder,
  { prompt, seed, maxNewTokens, signal, onTokens }: RunSettings,
): Promise<GenerateResult> {
  const generation = generate(model, model.tokenizer.encode(prompt), { decoder, maxNewTokens, seed, signal });
  let committed = 0;
  for await (const event of generation.events) {
    if (event.type === "tokens-commit") onTokens?.((committed += event.tokens.length));
  }
  return generation.result;
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
