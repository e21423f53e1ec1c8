import { WorkerError } from "../errors.ts";

/**
 * Functions that the other side may call: arguments and results must be cloneable. After the arguments comes an AbortSignal: of the
 * caller, and aborted also when the connection ends.
 */
export type Functions = Readonly<Record<string, (...args: never[]) => unknown>>;

type AnyFunction = (...args: readonly unknown[]) => unknown;

/** The functions that are offered to the other side, and its calls of them that are under way. */
export interface IncomingCalls {
  offer(functions: Functions): void;
  /** Calls a function with `args` and then the signal of `controller`, which is aborted too when all calls are. */
  run(name: string, args: readonly unknown[], controller: AbortController): Promise<unknown>;
  /** Calls a function where it is offered, for a message that wants no answer. */
  hear(name: string, args: readonly unknown[]): void;
  /** Aborts the calls under way with `error`, with which later ones reject; resolves when those under way have settled. */
  end(error: WorkerError): Promise<void>;
  /** The calls under way. */
  readonly running: ReadonlyMap<AbortController, Promise<unknown>>;
}

export function incomingCalls(): IncomingCalls {
  const offered = new Map<string, AnyFunction>();
  const running = new Map<AbortController, Promise<unknown>>();
  let ended: WorkerError | undefined;

  const call = async (name: string, args: readonly unknown[], signal: AbortSignal): Promise<unknown> => {
    if (ended) throw ended;
    const offer = offered.get(name);
    if (!offer) throw new WorkerError(`The other side offers no "${name}".`);
    return offer(...args, signal);
  };

  return {
    running,
    offer(functions) {
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
    hear: (name, args) => void offered.get(name)?.(...args),
    async end(error) {
      ended ??= error;
      // A call that itself asks for the end is not among these: it has not returned yet.
      const settling = [...running.values()];
      for (const controller of running.keys()) controller.abort(ended);
      await Promise.allSettled(settling);
    },
  };
}
