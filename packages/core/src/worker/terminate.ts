import { type PassGate, passGate, shutGate } from "../onnx/pass-gate.ts";
import { checkOptions } from "../options.ts";
import { checkWorker } from "./check-arguments.ts";
import { type Endpoint, isNodeWorker, stop } from "./endpoint.ts";
import { peerAt } from "./peer.ts";

export interface TerminateOptions {
  /**
   * How long to wait, in milliseconds, for what is under way in the worker to end and its models to be freed: >= 0, `Infinity` allowed.
   * 0 ends a worker that hangs, or whose answer nobody wants. @defaultValue 5000
   */
  readonly timeout?: number | undefined;
  /** Message of the WorkerError with which calls reject from then on. @defaultValue "The worker was terminated." */
  readonly problem?: string | undefined;
}

const OPTIONS = {
  timeout: {
    expected: "a number of milliseconds >= 0",
    accepts: (value: unknown) => typeof value === "number" && value >= 0,
  },
  problem: { expected: "a text", accepts: (value: unknown) => typeof value === "string" },
};

const gates = new WeakMap<Endpoint, PassGate>();
const windingUp = new WeakMap<Endpoint, Promise<void>>();

/**
 * Ends a worker in good order: aborts what is under way there, waits for the pass under way and until its models are freed, then
 * terminates it. Generations end with finish reason "abort" and what they had. Later calls, and those that have not settled when the
 * worker is terminated, reject with a WorkerError. A MessagePort is closed instead. May be called again, with a shorter `timeout` for example.
 *
 * Where the worker does not answer within `timeout`, for example since a plugin is in an endless loop, it is terminated all the same. A
 * Worker of `node:worker_threads` with a native model is the exception as long as it is in the middle of a pass, where that would kill the
 * process (as `worker.terminate()` does): then this waits for the end of the pass, however long it takes.
 * @throws InvalidOptionError for a wrong option.
 */
export async function terminate(worker: Endpoint, options: TerminateOptions = {}): Promise<void> {
  checkWorker("terminate", worker);
  checkOptions("terminate", options, OPTIONS);
  const { timeout = 5000, problem = "The worker was terminated." } = options;
  const { connection } = peerAt(worker);
  let ending = windingUp.get(worker);
  if (!ending) {
    ending = connection.call<void>("end", [problem]).catch(() => undefined);
    windingUp.set(worker, ending);
    connection.refuse(problem);
  }
  if (timeout > 0) await within(timeout, ending);
  const gate = gates.get(worker);
  while (gate && !shutGate(gate)) await within(POLL_MILLISECONDS);
  connection.close(problem);
  await stop(worker);
}

const POLL_MILLISECONDS = 10;
/** Timers that are set for longer go off at once. */
const LONGEST_TIMER = 2 ** 31 - 1;

/** Resolves when `done` does, and after `milliseconds` at the latest. */
async function within(milliseconds: number, done?: Promise<void>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, Math.min(milliseconds, LONGEST_TIMER))));
  await Promise.race(done ? [done, late] : [late]);
  clearTimeout(timer);
}

/** What keeps `worker` from being terminated in the middle of a pass; undefined for one that may be terminated at any moment. */
export function gateOf(worker: Endpoint): PassGate | undefined {
  if (!isNodeWorker(worker)) return undefined;
  let gate = gates.get(worker);
  if (!gate) gates.set(worker, (gate = passGate()));
  return gate;
}
