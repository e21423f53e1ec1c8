import { hostname } from "node:os";
import { describeEnvironment } from "../environment.ts";
import type { ComparedDecoder } from "../compared-decoder.ts";
import type { LoadModel } from "../load-models.ts";
import { decodeOnce, measureRun } from "../measure-run.ts";
import { digestOf } from "./digest.ts";
import { type LoadedSetting, loadSetting } from "./loaded-setting.ts";
import { type CellRecord, cellRecord, type FailureRecord, lineOf, type TimedRun, type TimingRecord } from "./record.ts";
import type { CellRunner, Expected, Pair, Setting } from "./runner.ts";
import type { Cell } from "./cells.ts";
import { SweepError } from "./sweep-error.ts";

/** Runs cells in this process, one at a time, on one set of models. */
export class LocalRunner implements CellRunner {
  readonly concurrency = 1;
  readonly #load: LoadModel;
  readonly #worker = `${hostname()}:${process.pid}`;
  #key = "";
  #loaded: Promise<LoadedSetting> | undefined;

  /** `load` loads a model: `loadModel` of `@decodekit/core/onnx`, or a test double. */
  constructor(load: LoadModel) {
    this.#load = load;
  }

  async resolve(setting: Setting): ReturnType<CellRunner["resolve"]> {
    return (await this.#open(setting)).resolved;
  }

  async run(setting: Setting, expected: Expected, cell: Cell): Promise<CellRecord | FailureRecord> {
    const loaded = await this.#openExpected(setting, expected, [cell]);
    return this.#guard(cell.key, async () => {
      const { prompt, seed, maxNewTokens } = cell.content;
      const run = await measureRun(loaded.model, decoderIn(loaded, cell), { prompt, seed, maxNewTokens });
      return cellRecord(cell.key, run, this.#worker);
    });
  }

  async time(setting: Setting, expected: Expected, pair: Pair): Promise<TimingRecord | FailureRecord> {
    const { key, baseline, candidate, rounds } = pair;
    const loaded = await this.#openExpected(setting, expected, [baseline, candidate]);
    return this.#guard(key, async () => {
      const times: Record<"baseline" | "candidate", TimedRun[]> = { baseline: [], candidate: [] };
      // The first turn of each pays for compilation and first allocations, and does not count. Whose turn is first changes each round.
      for (let round = -1; round < rounds; round++) {
        for (const who of round % 2 === 0 ? (["baseline", "candidate"] as const) : (["candidate", "baseline"] as const)) {
          const timed = await timeRun(loaded, { baseline, candidate }[who]);
          if (round >= 0) times[who].push(timed);
        }
      }
      return {
        type: "timing",
        key,
        baseline: baseline.key,
        candidate: candidate.key,
        baselineTimes: times.baseline,
        candidateTimes: times.candidate,
        worker: this.#worker,
        environment: describeEnvironment(),
      };
    });
  }

  async close(): Promise<void> {
    const loaded = await this.#loaded?.catch(() => undefined);
    this.#loaded = undefined;
    this.#key = "";
    await loaded?.dispose();
  }

  /** Loads the models and decoders of a setting, unless they are those at hand. */
  async #open(setting: Setting): Promise<LoadedSetting> {
    const key = digestOf(setting);
    if (key !== this.#key) {
      await this.close();
      this.#key = key;
      this.#loaded = loadSetting(setting, this.#load);
      this.#loaded.catch(() => (this.#key = ""));
    }
    return this.#loaded!;
  }

  async #openExpected(setting: Setting, expected: Expected, cells: readonly Cell[]): Promise<LoadedSetting> {
    const loaded = await this.#open(setting);
    const { resolved } = loaded;
    for (const [name, what] of Object.entries(NAMES) as [keyof Expected, string][]) {
      if (resolved[name] !== expected[name]) throw this.#differs(what, { actual: resolved[name], expected: expected[name] });
    }
    for (const { specification, content } of cells) {
      const { plugin, options } = resolved.decoders.find((decoder) => decoder.specification === specification)!;
      if (plugin !== content.plugin)
        throw this.#differs(`another file of the decoder ${specification}`, { actual: plugin, expected: content.plugin });
      if (lineOf(options) === lineOf(content.options)) continue;
      throw this.#differs(`other options of ${specification}`, { actual: lineOf(options), expected: lineOf(content.options) });
    }
    return loaded;
  }

  #differs(what: string, { actual, expected }: { readonly actual: string | null; readonly expected: string | null }): SweepError {
    return new SweepError(
      `${this.#worker} has ${what} than the plan was made with: ${actual}, not ${expected}. Results of both would be mixed. ` +
        `Give it the same, or submit the plan again with what it has.`,
    );
  }

  /** An error of a run is a record, so that other cells go on. */
  async #guard<Kind>(key: string, run: () => Promise<Kind>): Promise<Kind | FailureRecord> {
    try {
      return await run();
    } catch (error) {
      const { name, message } = error instanceof Error ? error : new Error(String(error));
      return { type: "failure", key, error: name, message, worker: this.#worker };
    }
  }
}

const NAMES: Readonly<Record<keyof Expected, string>> = {
  versions: "other versions of the packages",
  model: "other files of the model",
  draft: "other files of the draft model or the draft head",
};

function decoderIn({ decoders }: LoadedSetting, { specification }: Cell): ComparedDecoder {
  return decoders.get(specification)!;
}

async function timeRun(loaded: LoadedSetting, cell: Cell): Promise<TimedRun> {
  const { prompt, seed, maxNewTokens } = cell.content;
  const { statistics } = await decodeOnce(loaded.model, decoderIn(loaded, cell), { prompt, seed, maxNewTokens });
  const { prefillMilliseconds, decodeMilliseconds, tokens } = statistics;
  return { prefillMilliseconds, decodeMilliseconds, tokens };
}
