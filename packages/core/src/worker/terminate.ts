import { type PassGate, passGate, shutGate } from "../onnx/pass-gate.ts";
import { objectOption, resolveOptions } from "../options.ts";
import { checkWorker } from "./check-arguments.ts";
import { type Endpoint, isNodeWorker, stop } from "./endpoint.ts";
import { peerAt } from "./peer.ts";

export interface TerminateOptions {
  /**
   * How long to wait, in milliseconds, for the worker's running calls to end and its models to be freed: >= 0, `Infinity` allowed. Use 0
   * for a worker that hangs, or whose results are not needed. @defaultValue 5000
   */
  readonly timeout?: number | undefined;
  /** Message of the WorkerError with which calls reject from then on. @defaultValue "The worker was terminated." */
  readonly message?: string | undefined;
}

const OPTIONS = {
  timeout: objectOption("a number of milliseconds >= 0", (value) => typeof value === "number" && value >= 0),
  message: objectOption("a string", (value) => typeof value === "string"),
};

const gates = new WeakMap<Endpoint, PassGate>();
const windingUp = new WeakMap<Endpoint, Promise<void>>();

/**
 * Terminates a worker cleanly: aborts its running calls, waits for the running pass and until its models are freed, then terminates it.
 * Generations end with finish reason "abort" and their tokens so far. Later calls, and those that have not settled when the worker is
 * terminated, reject with a WorkerError. A MessagePort is closed instead. May be called again, for example with a shorter `timeout`.
 *
 * A worker that does not answer within `timeout`, for example because a plugin is in an endless loop, is terminated anyway. The exception
 * is a Worker of `node:worker_threads` in the middle of a native pass, where termination would kill the process (as `worker.terminate()`
 * does): this call then waits for the end of the pass, however long it takes.
 * @throws InvalidOptionError for an invalid option.
 */
export async function terminate(worker: Endpoint, options: TerminateOptions = {}): Promise<void> {
  checkWorker("terminate", worker);
  resolveOptions("terminate", options, OPTIONS);
  const { timeout = 5000, message = "The worker was terminated." } = options;
  const { connection } = peerAt(worker);
  let ending = windingUp.get(worker);
  if (!ending) {
    ending = connection.call<void>("end", [message]).catch(() => undefined);
    windingUp.set(worker, ending);
    connection.refuse(message);
  }
  if (timeout > 0) await within(timeout, ending);
  const gate = gates.get(worker);
  while (gate && !shutGate(gate)) await within(POLL_MILLISECONDS);
  connection.close(message);
  await stop(worker);
}

const POLL_MILLISECONDS = 10;
/** Timers with a longer delay fire at once. */
const MAX_TIMEOUT = 2 ** 31 - 1;

/** Resolves when `done` does, and after `milliseconds` at the latest. */
async function within(milliseconds: number, done?: Promise<void>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, Math.min(milliseconds, MAX_TIMEOUT))));
  await Promise.race(done ? [done, late] : [late]);
  clearTimeout(timer);
}

/** Returns the gate that protects `worker` from termination in the middle of a pass, or undefined if it may be terminated at any time. */
export function gateOf(worker: Endpoint): PassGate | undefined {
  if (!isNodeWorker(worker)) return undefined;
  let gate = gates.get(worker);
  if (!gate) gates.set(worker, (gate = passGate()));
  return gate;
}
