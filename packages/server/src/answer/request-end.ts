/** Why a request was ended before it was answered. */
type EarlyEnd = "disconnect" | "timeout" | "shutdown";

/** When a request must end early. */
export interface RequestEnd {
  /** Aborts then. */
  readonly signal: AbortSignal;
  /** Undefined until then. */
  readonly reason: EarlyEnd | undefined;
  /** Ends it now. */
  end(reason: EarlyEnd): void;
  /** Stops watching. */
  release(): void;
}

/** Watches a request: its client, whose `disconnect` aborts, and its time. */
export function requestEnd(disconnect: AbortSignal, maxSeconds: number): RequestEnd {
  const controller = new AbortController();
  let reason: EarlyEnd | undefined;
  const end = (why: EarlyEnd): void => {
    reason ??= why;
    controller.abort(new Error(why));
  };
  const leave = (): void => end("disconnect");
  if (disconnect.aborted) leave();
  disconnect.addEventListener("abort", leave);
  const timer = setTimeout(() => end("timeout"), Math.min(maxSeconds * 1000, LONGEST_TIMER));
  return {
    signal: controller.signal,
    get reason() {
      return reason;
    },
    end,
    release() {
      clearTimeout(timer);
      disconnect.removeEventListener("abort", leave);
    },
  };
}

/** A longer timer would end at once. */
const LONGEST_TIMER = 2 ** 31 - 1;
