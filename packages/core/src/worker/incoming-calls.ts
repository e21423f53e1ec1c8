import { WorkerError } from "../errors.ts";

/**
 * Functions that the other side may call. Arguments and results must be cloneable. The last argument is the caller's AbortSignal, which is
 * also aborted when the connection ends.
 */
export type Functions = Readonly<Record<string, (...args: never[]) => unknown>>;

type AnyFunction = (...args: readonly unknown[]) => unknown;

/** The functions that are exposed to the other side, and its running calls. */
export interface IncomingCalls {
  expose(functions: Functions): void;
  /** Calls a function with `args` and the signal of `controller`, which `end` also aborts. */
  run(name: string, args: readonly unknown[], controller: AbortController): Promise<unknown>;
  /** Calls a function without an answer, if it is exposed. */
  handleNotification(name: string, args: readonly unknown[]): void;
  /** Aborts the running calls with `error`, with which later calls reject; resolves when the running calls have settled. */
  end(error: WorkerError): Promise<void>;
  /** The running calls. */
  readonly running: ReadonlyMap<AbortController, Promise<unknown>>;
}

export function incomingCalls(): IncomingCalls {
  const offered = new Map<string, AnyFunction>();
  const running = new Map<AbortController, Promise<unknown>>();
  let ended: WorkerError | undefined;

  const call = async (name: string, args: readonly unknown[], signal: AbortSignal): Promise<unknown> => {
    if (ended) throw ended;
    const offer = offered.get(name);
    if (!offer) throw new WorkerError(`The other side does not offer "${name}".`);
    return offer(...args, signal);
  };

  return {
    running,
    expose(functions) {
      for (const [name, offer] of Object.entries(functions)) offered.set(name, offer as AnyFunction);
    },
    async run(name, args, controller) {
      const settled = call(name, args, controller.signal);
      running.set(controller, settled);
      try {
        return await settled;
      } finally {
        running.delete(controller);
      }
    },
    handleNotification: (name, args) => void offered.get(name)?.(...args),
    async end(error) {
      ended ??= error;
      // A call that itself requests the end is not among these: it has not returned yet.
      const settling = [...running.values()];
      for (const controller of running.keys()) controller.abort(ended);
      await Promise.allSettled(settling);
    },
  };
}
