import { ApiError } from "./api-error.ts";
import { type RequestEnd, requestEnd } from "./answer/request-end.ts";
import type { DecodeGate } from "./decode-gate.ts";
import type { Limits } from "./limits.ts";
import type { SamplingParameters } from "./request/sampling.ts";
import type { ServedDecoders } from "./served-decoders.ts";
import type { ServedModels } from "./served-models.ts";

/** What the endpoints of a server share. */
export interface ServerState {
  readonly models: ServedModels;
  readonly decoders: ServedDecoders;
  /** Sampling parameters of requests that leave them out. */
  readonly defaults: SamplingParameters;
  readonly limits: Limits;
  readonly gate: DecodeGate;
  /** When the server was made, in seconds since 1970. */
  readonly created: number;
  readonly running: RunningRequests;
  /** Receives errors that are not the client's. */
  readonly report: (error: unknown) => void;
}

/** The requests that are waiting or decoded, and whether more are taken. */
export class RunningRequests {
  readonly #ends = new Set<RequestEnd>();
  #isClosing = false;
  #whenIdle: (() => void) | undefined;

  get isClosing(): boolean {
    return this.#isClosing;
  }

  /**
   * Begins a request; `leave` ends it.
   * @throws ApiError 503 if the server is closing.
   */
  begin(disconnect: AbortSignal, { maxSeconds }: Limits): { readonly end: RequestEnd; readonly leave: () => void } {
    if (this.#isClosing) throw shuttingDown();
    const end = requestEnd(disconnect, maxSeconds);
    this.#ends.add(end);
    const leave = (): void => {
      end.release();
      if (this.#ends.delete(end) && this.#ends.size === 0) this.#whenIdle?.();
    };
    return { end, leave };
  }

  /** Takes no more requests, lets the others end for `graceSeconds`, and then aborts them. Resolves when none is left. */
  async close(graceSeconds: number): Promise<void> {
    this.#isClosing = true;
    if (this.#ends.size === 0) return;
    const idle = new Promise<void>((resolve) => (this.#whenIdle = resolve));
    const timer = setTimeout(() => this.#ends.forEach((each) => each.end("shutdown")), graceSeconds * 1000);
    await idle;
    clearTimeout(timer);
  }
}

export function shuttingDown(): ApiError {
  return new ApiError("The server is shutting down.", { status: 503, type: "server_error", code: "shutting_down" });
}

export function waitedTooLong({ maxSeconds, retryAfterSeconds }: Limits): ApiError {
  const message = `The request has waited for ${maxSeconds} seconds for other requests to end. Try again later.`;
  return new ApiError(message, { status: 503, type: "server_error", code: "timeout", retryAfterSeconds });
}
