import { acceptsValue, describeOption, InvalidOptionError, type PluginOption } from "@decodekit/core";
import type { ComparedDecoder } from "./compared-decoder.ts";
import { describeEnvironment } from "./environment.ts";
import { measureRun } from "./measure-run.ts";
import { type ComparedModel, modelReport } from "./model-report.ts";
import type { CompareReport, RunReport } from "./report.ts";

export interface CompareOptions {
  readonly model: ComparedModel;
  /** At least one. Made by `decoderFromPlugin`, `parseDecoder` or by hand. */
  readonly decoders: readonly ComparedDecoder[];
  /** At least one. */
  readonly prompts: readonly string[];
  /** Maximum number of tokens per run, an integer >= 1. @defaultValue 128 */
  readonly maxNewTokens?: number | undefined;
  /** An integer in [0, 2^53 - runs]. @defaultValue 0 */
  readonly seed?: number | undefined;
  /** Repetitions of everything, with seeds `seed`, `seed + 1`, …; an integer >= 1. @defaultValue 1 */
  readonly runs?: number | undefined;
  readonly onProgress?: ((progress: CompareProgress) => void) | undefined;
  /** An abort ends the comparison with the runs so far; the last may have finish reason "abort". */
  readonly signal?: AbortSignal | undefined;
}

export interface CompareProgress {
  /** "warm-up" before the first measured run. */
  readonly stage: "warm-up" | "run";
  readonly decoder: ComparedDecoder;
  /** Runs that ended before this one. */
  readonly completedRuns: number;
  readonly totalRuns: number;
  /** Output tokens of this run so far. */
  readonly tokens: number;
}

const WARM_UP_TOKENS = 8;

/**
 * Runs every decoder on every prompt, one after another on one model, and reports the output and cost of each run.
 *
 * The order favours no decoder. Before the measurement, each decoder generates a few tokens, so that no run pays for compilation or first
 * allocations. With every prompt and repetition, a different decoder runs first.
 * Rejects with the error of a decoder; see `Decoder.decode`.
 * @throws InvalidOptionError for an empty list or a number out of range.
 * @throws MissingModelError when a decoder requires a model that `model` does not have.
 */
export async function compare(options: CompareOptions): Promise<CompareReport> {
  const { model, decoders, prompts, maxNewTokens = 128, seed = 0, runs: repetitions = 1, onProgress, signal } = options;
  checkCompareOptions({ decoders, prompts, maxNewTokens, seed, repetitions });
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
  return { schemaVersion: 2, environment: describeEnvironment(), model: modelReport(model), runs };
}

interface ScheduledRun {
  readonly decoder: ComparedDecoder;
  readonly prompt: string;
  readonly repetition: number;
}

/**
 * Yields one round over all decoders for every repetition and prompt. The next prompt and the next repetition start with the next decoder.
 */
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

interface CheckedOptions {
  readonly decoders: readonly unknown[];
  readonly prompts: readonly unknown[];
  readonly maxNewTokens: number;
  readonly seed: number;
  readonly repetitions: number;
}

function checkCompareOptions({ decoders, prompts, maxNewTokens, seed, repetitions }: CheckedOptions): void {
  const where = "compare";
  for (const [option, list] of Object.entries({ decoders, prompts })) {
    if (list.length === 0) throw new InvalidOptionError({ where, option, expected: "a list of at least 1", actual: list });
  }
  const maximumSeed = Number.MAX_SAFE_INTEGER - repetitions + 1;
  const numbers: readonly (readonly [name: string, actual: number, option: PluginOption])[] = [
    ["maxNewTokens", maxNewTokens, { type: "integer", minimum: 1, help: "Maximum number of tokens per text" }],
    ["runs", repetitions, { type: "integer", minimum: 1, help: "Repetitions" }],
    ["seed", seed, { type: "integer", minimum: 0, maximum: maximumSeed, help: "Seed of the first run" }],
  ];
  for (const [option, actual, definition] of numbers) {
    if (!acceptsValue(definition, actual)) throw new InvalidOptionError({ where, option, expected: describeOption(definition), actual });
  }
}
