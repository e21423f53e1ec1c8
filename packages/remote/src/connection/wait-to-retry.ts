import { RemoteError } from "../remote-error.ts";

/** Milliseconds before the first repetition; doubled for each further one. */
const FIRST_DELAY = 250;
/** The longest wait that a server may ask for before the error is thrown instead, in milliseconds. */
const LONGEST_DELAY = 60_000;

/** Waits until a request may be repeated that failed with `error`, after `failures` that were repeated. @throws `error` if it must not be. */
export async function waitToRetry(error: unknown, failures: number, retries: number, signal: AbortSignal | undefined): Promise<void> {
  if (!(error instanceof RemoteError) || !error.temporary || failures >= retries) throw error;
  const delay = error.retryAfter ?? Math.min(FIRST_DELAY * 2 ** failures, LONGEST_DELAY);
  if (delay > LONGEST_DELAY) throw error;
  await sleep(delay, signal);
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
