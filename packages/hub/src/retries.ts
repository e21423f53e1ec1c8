import { HubError } from "./hub-error.ts";

/** Milliseconds before the first repetition; doubled for each further one in a row. */
const FIRST_DELAY = 250;
/** The longest wait that a server may ask for before the error is thrown instead, in milliseconds. */
const LONGEST_DELAY = 60_000;

/** Decides whether and when a failed request is repeated. */
export class Retries {
  readonly #limit: number;
  #failures = 0;

  /** @param limit how many failures in a row are followed by a repetition */
  constructor(limit = 4) {
    this.#limit = limit;
  }

  /** Something came: the next failure counts as the first. */
  succeeded(): void {
    this.#failures = 0;
  }

  /** Waits until the request may be repeated. @throws `error` if it must not be. */
  async wait(error: unknown, signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    if (!(error instanceof HubError) || !error.temporary || this.#failures >= this.#limit) throw error;
    const delay = error.retryAfter ?? FIRST_DELAY * 2 ** this.#failures;
    if (delay > LONGEST_DELAY) throw error;
    this.#failures++;
    await sleep(delay, signal);
  }
}

/** Calls `request` until it succeeds, or fails for good. */
export async function withRetries<Result>(
  request: () => Promise<Result>,
  signal: AbortSignal | undefined,
  retries = new Retries(),
): Promise<Result> {
  for (;;) {
    try {
      return await request();
    } catch (error) {
      await retries.wait(error, signal);
    }
  }
}

function sleep(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal!.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, milliseconds);
    signal?.addEventListener("abort", stop, { once: true });
  });
}
