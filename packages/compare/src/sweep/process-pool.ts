import { fileURLToPath } from "node:url";
import { pool as createPool, Promise as TaskPromise, TerminateError, type Pool } from "workerpool";
import { DecodekitError, type ErrorCode } from "@decodekit/core";
import { UsageError } from "../usage-error.ts";
import type { FailureRecord } from "./record.ts";
import type { CellRunner } from "./runner.ts";
import { SweepError } from "./sweep-error.ts";

/** The functions of a process of the pool. */
export type ProcessFunctions = { readonly [Name in "resolve" | "run" | "time"]: CellRunner[Name] };

/** How often a cell may end its process before it counts as failed. */
const EXITS = 2;

/**
 * Runs cells in `processes` processes. Processes and not threads: one that a cell brings down, by memory or in native code, takes no other
 * cell with it, and one in the middle of a pass can be ended.
 */
export class ProcessPool implements CellRunner {
  readonly concurrency: number;
  readonly #pool: Pool;
  #closed = false;

  constructor(processes: number, script = fileURLToPath(new URL("./pool-process.js", import.meta.url))) {
    this.concurrency = processes;
    this.#pool = createPool(script, { workerType: "process", maxWorkers: processes });
  }

  async resolve(...args: Parameters<CellRunner["resolve"]>): ReturnType<CellRunner["resolve"]> {
    return this.#call("resolve", args);
  }

  async run(...args: Parameters<CellRunner["run"]>): ReturnType<CellRunner["run"]> {
    const [setting, , cell] = args;
    return this.#guard(cell.key, setting.maxSeconds, (seconds) => this.#call("run", args, seconds));
  }

  async time(...args: Parameters<CellRunner["time"]>): ReturnType<CellRunner["time"]> {
    const [setting, , pair] = args;
    return this.#guard(pair.key, 2 * (pair.rounds + 1) * setting.maxSeconds, (seconds) => this.#call("time", args, seconds));
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#pool.terminate(true);
  }

  /** The time includes that of loading the models, which is short beside it or the plan's fault. */
  async #call<Name extends keyof ProcessFunctions>(
    name: Name,
    args: Parameters<ProcessFunctions[Name]>,
    seconds?: number,
  ): Promise<Awaited<ReturnType<ProcessFunctions[Name]>>> {
    // A pool that was ended makes new processes.
    if (this.#closed) throw new SweepError("The processes were ended.");
    const call = this.#pool.exec<ProcessFunctions[Name]>(name, args);
    if (seconds !== undefined) call.timeout(1000 * seconds);
    try {
      return await call;
    } catch (error) {
      throw restored(error);
    }
  }

  /** Turns the end of a process, and a run that takes too long, into a failure. */
  async #guard<Kind>(key: string, seconds: number, call: (seconds: number) => Promise<Kind>): Promise<Kind | FailureRecord> {
    const failure = { type: "failure", key, worker: "" } as const;
    for (let exits = 0; ;) {
      try {
        return await call(seconds);
      } catch (error) {
        if (this.#closed) throw error;
        if (error instanceof TaskPromise.TimeoutError) {
          return { ...failure, error: "timeout", message: `It was ended after ${seconds} seconds, by the plan's maxSeconds.` };
        }
        if (!(error instanceof TerminateError)) throw error;
        if (++exits < EXITS) continue;
        return {
          ...failure,
          error: "exit",
          message: `Its process ended ${EXITS} times (${howItEnded(error)}), perhaps for want of memory.`,
        };
      }
    }
  }
}

/** The pool tells it in its message only. */
function howItEnded({ message }: Error): string {
  const [, signal] = /signalCode: `(\w+)`/.exec(message) ?? [];
  const [, code = "unknown"] = /exitCode: `(\w+)`/.exec(message) ?? [];
  return signal === undefined || signal === "null" ? `exit code ${code}` : signal;
}

/** Errors lose their class on the way from a process. */
function restored(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  if (error.name === "UsageError") return new UsageError(error.message);
  const { code } = error as { readonly code?: unknown };
  return isErrorCode(error, code) ? Object.assign(new DecodekitError(code, error.message), { name: error.name }) : error;
}

/** Errors of decodekit have a name of their own and a code; those of Node have a code, too. */
function isErrorCode({ name }: Error, code: unknown): code is ErrorCode {
  return typeof code === "string" && name !== "Error" && /^[A-Z_]+$/u.test(code);
}
