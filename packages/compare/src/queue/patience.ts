import pRetry from "p-retry";

/**
 * Calls until it succeeds: a database that is started again is back within minutes. Rejects with the last error after about five minutes, or at
 * once with the signal's reason.
 */
export function patiently<Kind>(call: () => Promise<Kind>, signal: AbortSignal): Promise<Kind> {
  return pRetry(call, { retries: 40, minTimeout: 250, maxTimeout: 10_000, factor: 1.5, signal });
}
