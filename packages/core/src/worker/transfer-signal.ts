import type { ErrorTransfer, TransferredError } from "./transfer-error.ts";

/** An abort signal as it crosses: its later abort is a message of its own. */
export interface TransferredSignal {
  readonly id: number;
  /** Present when the signal was aborted already. */
  readonly reason?: TransferredError;
}

export interface SignalTransfer {
  /** Runs `call` with what stands for `signal` on the other side, until the call settles. */
  during<Result>(signal: AbortSignal | undefined, call: (transferred: TransferredSignal | undefined) => Promise<Result>): Promise<Result>;
  /** Like `during`, for a signal that is sent with one call and needed until `release`. */
  send(signal: AbortSignal | undefined): { readonly transferred: TransferredSignal | undefined; readonly release: () => void };
  /** A signal for one sent by the other side; `release` forgets it. */
  readonly receive: (transferred: TransferredSignal | undefined) => {
    readonly signal: AbortSignal | undefined;
    readonly release: () => void;
  };
  /** The other side's signal was aborted. */
  readonly abort: (id: number, reason: TransferredError) => void;
}

export function signalTransfer(errors: ErrorTransfer, sendAbort: (id: number, reason: TransferredError) => void): SignalTransfer {
  const received = new Map<number, AbortController>();
  let count = 0;

  const send: SignalTransfer["send"] = (signal) => {
    if (!signal) return { transferred: undefined, release: () => undefined };
    const id = ++count;
    const abort = (): void => sendAbort(id, errors.send(signal.reason));
    signal.addEventListener("abort", abort);
    return {
      transferred: { id, ...(signal.aborted && { reason: errors.send(signal.reason) }) },
      release: () => signal.removeEventListener("abort", abort),
    };
  };

  return {
    send,
    async during(signal, call) {
      const { transferred, release } = send(signal);
      try {
        return await call(transferred);
      } finally {
        release();
      }
    },
    receive(transferred) {
      if (!transferred) return { signal: undefined, release: () => undefined };
      const controller = new AbortController();
      received.set(transferred.id, controller);
      if (transferred.reason) controller.abort(errors.receive(transferred.reason));
      return { signal: controller.signal, release: () => received.delete(transferred.id) };
    },
    abort: (id, reason) => received.get(id)?.abort(errors.receive(reason)),
  };
}
