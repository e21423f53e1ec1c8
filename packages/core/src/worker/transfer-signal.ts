import type { ErrorTransfer, TransferredError } from "./transfer-error.ts";

/** The abort signal of a call, as sent with the call. A later abort is a separate message. */
export interface TransferredSignal {
  readonly id: number;
  /** Present if the signal is already aborted. */
  readonly reason?: TransferredError;
}

/** Transfers the signals of calls over a connection, each from before the call's message until the call settles. */
export interface SignalTransfer {
  /** Returns the data to send with a call. Later aborts are sent until `release`. */
  send(signal: AbortSignal | undefined): { readonly transferred: TransferredSignal | undefined; readonly release: () => void };
  /**
   * Returns a controller for a call of the other side, which the caller's signal aborts until `release`. Call it in the same turn of the
   * event loop in which the call's message arrives: the next message may be the abort.
   */
  receive(transferred: TransferredSignal | undefined): { readonly controller: AbortController; readonly release: () => void };
  /** Called when the other side's signal was aborted. Does nothing once its call has settled. */
  readonly abort: (id: number, reason: TransferredError) => void;
  /** Signals of calls of the other side that have not settled. */
  readonly received: ReadonlyMap<number, AbortController>;
}

export function signalTransfer(errors: ErrorTransfer, sendAbort: (id: number, reason: TransferredError) => void): SignalTransfer {
  const received = new Map<number, AbortController>();
  let count = 0;
  return {
    received,
    send(signal) {
      if (!signal) return { transferred: undefined, release: () => undefined };
      const id = ++count;
      if (signal.aborted) return { transferred: { id, reason: errors.send(signal.reason) }, release: () => undefined };
      const abort = (): void => sendAbort(id, errors.send(signal.reason));
      signal.addEventListener("abort", abort, { once: true });
      return { transferred: { id }, release: () => signal.removeEventListener("abort", abort) };
    },
    receive(transferred) {
      const controller = new AbortController();
      if (!transferred) return { controller, release: () => undefined };
      if (transferred.reason) controller.abort(errors.receive(transferred.reason));
      received.set(transferred.id, controller);
      return { controller, release: () => void received.delete(transferred.id) };
    },
    abort: (id, reason) => received.get(id)?.abort(errors.receive(reason)),
  };
}
