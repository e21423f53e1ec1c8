import type { Connection } from "./connection.ts";

/** Waits until all sent messages and the replies to them have arrived. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** Waits until `count` calls of the other side are running. */
export async function waitForCalls(connection: Connection, count: number): Promise<void> {
  while (connection.held.get("calls")!.size < count) await new Promise((resolve) => setImmediate(resolve));
}

/** Rejects with the reason of `signal` when it is aborted. */
export const untilAborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason as Error)));
