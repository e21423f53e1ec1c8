import { integerBetween, InvalidOptionError, type LanguageModel } from "@decodekit/core";
import type { ComparedDecoder } from "./compared-decoder.ts";
import { describeEnvironment } from "./environment.ts";
import { measureRun } from "./measure-run.ts";
import type { CompareReport, ModelReport, RunReport } from "./report.ts";

/** A language model and, where known, what the report says about its files: all that `loadModel` gives. */
export interface ComparedModel extends LanguageModel {
  /** Elements of the graph's weights. */
  readonly parameters?: number | undefined;
  /** "webgpu", "wasm" or "native". */
  readonly execution?: string | undefined;
  /** Size of the graph and its external data. */
  readonly bytes?: number | undefined;
}

export interface CompareOptions {
  readonly model: ComparedModel;
  /** At least one. Made by `decoderFromPlugin`, `parseDecoder` or by hand. */
  readonly decoders: readonly ComparedDecoder[];
  /** At least one. */
  readonly prompts: readonly string[];
  /** Most tokens per run, an integer >= 1. @defaultValue 128 */
  readonly maxNewTokens?: number | undefined;
  /** An integer in [0, 2^53 - runs]. @defaultValue 0 */
  readonly seed?: number | undefined;
  /** Repetitions of everything, with seeds `seed`, `seed + 1`, …; an integer >= 1. @defaultValue 1 */
  readonly runs?: number | undefined;
  readonly onProgress?: ((progress: CompareProgress) => void) | undefined;
  /** Once aborted, the runs so far are reported; the last of them may have finish reason "abort". */
  readonly signal?: AbortSignal | undefined;
}

export interface CompareProgress {
  /** Runs before the first measurement are "warm-up". */
  readonly stage: "warm-up" | "run";
  readonly decoder: ComparedDecoder;
  /** Runs that ended before this one. */
  readonly completedRuns: number;
  readonly totalRuns: number;
  /** Output of this run so far. */
  readonly tokens: number;
}

const WARM_UP_TOKENS = 8;

/**
 * Runs every decoder on every prompt, one after another on one model, and reports what each cost and wrote.
 *
 * Nobody is favoured by the order: before the measurement each decoder generates a few tokens, so that no run pays for
 * compilation or first allocations, and with every prompt and repetition another decoder goes first.
 * Errors of a decoder reject; see `Decoder.decode`.
 * @throws InvalidOptionError for an empty list or a number out of range.
 * @throws MissingModelError when a decoder requires a model that is not there.
 */
export async function compare(options: CompareOptions): Promise<CompareReport> {
  const { model, decoders, prompts, maxNewTokens = 128, seed = 0, runs: repetitions = 1, onProgress, signal } = options;
  checkOptions({ decoders, prompts, maxNewTokens, seed, repetitions });
  const totalRuns = repetitions * prompts.length * decoders.length;
  const runs: RunReport[] = [];

  const run = (stage: CompareProgress["stage"], decoder: ComparedDecoder, prompt: string, repetition: number): Promise<RunReport> => {
    const progress = { stage, decoder, completedRuns: runs.length, totalRuns };
    onProgress?.({ ...progress, tokens: 0 });
    return measureRun(model, decoder, {
      prompt,
      seed: seed + repetition,
      maxNewTokens: stage === "warm-up" ? Math.min(maxNewTokens, WARM_UP_TOKENS) : maxNewTokens,
      signal,
      onTokens: (tokens) => onProgress?.({ ...progress, tokens }),
    });
  };

  for (const decoder of decoders) {
    if (!signal?.aborted) await run("warm-up", decoder, prompts[0]!, 0);
  }
  for (const { decoder, prompt, repetition } of schedule(decoders, prompts, repetitions)) {
    if (signal?.aborted) break;
    runs.push(await run("run", decoder, prompt, repetition));
  }
  return { schemaVersion: 2, environment: describeEnvironment(), model: describeModel(model), runs };
}

interface ScheduledRun {
  readonly decoder: ComparedDecoder;
  readonly prompt: string;
  readonly repetition: number;
}

/** Every prompt in every repetition is one round over all decoders. Both the next prompt and the next repetition start with the next decoder. */
function* schedule(
  decoders: readonly ComparedDecoder[],
  prompts: readonly string[],
  repetitions: number,
): Generator<ScheduledRun, void, void> {
  for (let repetition = 0; repetition < repetitions; repetition++) {
    for (const [index, prompt] of prompts.entries()) {
      for (let turn = 0; turn < decoders.length; turn++) {
        yield { decoder: decoders[(repetition + index + turn) % decoders.length]!, prompt, repetition };
      }
    }
  }
}

function describeModel({ name, tokenizer, causal, masked, parameters, execution, bytes }: ComparedModel): ModelReport {
  return {
    name,
    parameters: parameters ?? null,
    vocabSize: causal?.vocabSize ?? masked?.vocabSize ?? tokenizer.vocabSize,
    execution: execution ?? null,
    bytes: bytes ?? null,
  };
}

interface CheckedOptions {
  readonly decoders: readonly unknown[];
  readonly prompts: readonly unknown[];
  readonly maxNewTokens: number;
  readonly seed: number;
  readonly repetitions: number;
}

function checkOptions({ decoders, prompts, maxNewTokens, seed, repetitions }: CheckedOptions): void {
  const where = "compare";
  for (const [option, list] of Object.entries({ decoders, prompts })) {
    if (list.length === 0) throw new InvalidOptionError({ where, option, expected: "a list of at least 1", actual: list });
  }
  const numbers = {
    maxNewTokens: [maxNewTokens, integerBetween(1)],
    runs: [repetitions, integerBetween(1)],
    seed: [seed, integerBetween(0, Number.MAX_SAFE_INTEGER - repetitions + 1)],
  } as const;
  for (const [option, [actual, check]] of Object.entries(numbers)) {
    if (!check.accepts(actual)) throw new InvalidOptionError({ where, option, expected: check.expected, actual });
  }
}
