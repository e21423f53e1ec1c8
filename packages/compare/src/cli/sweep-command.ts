import { readFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import path from "node:path";
import { isInvalidOption } from "../compared-decoder.ts";
import { type Plan, ProcessPool, readPlan, readShard, RecordFile, runSweep, type Shard } from "../sweep/index.ts";
import { UsageError } from "../usage-error.ts";
import { ExitCode } from "./exit-code.ts";
import { count } from "./format.ts";
import { catchInterruption } from "./interruption.ts";
import { sweepProgress } from "./progress.ts";
import { submitCommand } from "./queue-commands.ts";
import { showSweep, sweepOutput, type SweepOutputFlags } from "./show-sweep.ts";
import type { CommandProcess } from "./terminal.ts";

export interface SweepFlags extends SweepOutputFlags {
  readonly store?: string;
  readonly shard?: string;
  readonly processes?: number;
  readonly queue?: string;
  readonly chunk: number;
}

/**
 * Runs `decodekit compare PLAN`: every cell of the plan that has no result in the store.
 * @throws UsageError for an invalid plan or flag, and the errors of `runSweep`.
 */
export async function sweepCommand(planFile: string, flags: SweepFlags, host: CommandProcess): Promise<ExitCode> {
  const { stderr } = host;
  const file = path.resolve(host.cwd(), planFile);
  const plan = await readPlanFile(file, planFile);
  const shard = shardOf(flags.shard);
  const output = await sweepOutput(flags, host.cwd());
  const storePath = path.resolve(host.cwd(), flags.store ?? defaultStore(plan, shard));
  const folder = path.dirname(file);
  if (flags.queue !== undefined) {
    return submitCommand({ plan, folder }, { queue: flags.queue, chunk: flags.chunk }, { store: storePath, output }, host);
  }
  const interruption = catchInterruption(host);
  const { signal } = interruption;
  const store = await RecordFile.open(storePath);
  const runner = new ProcessPool(flags.processes ?? availableParallelism());
  const progress = sweepProgress(stderr, plan.name);
  try {
    const { ran, kept, failed } = await runSweep({
      plan,
      folder,
      runner,
      store,
      shard,
      signal,
      onProgress: (state) => progress.sweeping(state),
    });
    progress.end();
    stderr.write(`${count(ran, "run")} now, ${kept} from before, ${failed} failed.${shard ? "" : ` Results: ${storePath}`}\n`);
    if (shard) {
      host.stdout.write(`${storePath}\n`);
      return failed > 0 ? ExitCode.failure : ExitCode.success;
    }
    return await showSweep([storePath], output, host);
  } catch (error) {
    if (isInvalidOption(error)) throw new UsageError(error.message, { cause: error });
    if (!signal.aborted || error !== signal.reason) throw error;
    progress.end();
    stderr.write(`Interrupted. Run the same command again to go on. Results so far: ${storePath}\n`);
    return ExitCode.interrupted;
  } finally {
    progress.end();
    await runner.close();
    await store.close();
    interruption.release();
  }
}

async function readPlanFile(file: string, given: string): Promise<Plan> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    const hint = given.endsWith(".json") ? "" : ` A decoder is given as --decoder ${given}.`;
    throw new UsageError(`The plan ${given} cannot be read (${(error as NodeJS.ErrnoException).code ?? String(error)}).${hint}`);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UsageError(`The plan ${given} is not valid JSON: ${(error as Error).message}.`);
  }
  try {
    return readPlan(value);
  } catch (error) {
    if (!isInvalidOption(error)) throw error;
    throw new UsageError(`The plan ${given}: ${error.message}`, { cause: error });
  }
}

function shardOf(text: string | undefined): Shard | undefined {
  if (text === undefined) return undefined;
  try {
    return readShard(text);
  } catch (error) {
    if (!isInvalidOption(error)) throw error;
    throw new UsageError(`--shard must be ${error.expected}, got ${text}.`, { cause: error });
  }
}

function defaultStore({ name }: Plan, shard: Shard | undefined): string {
  return shard ? `${name}.${shard.index}-of-${shard.count}.jsonl` : `${name}.jsonl`;
}
