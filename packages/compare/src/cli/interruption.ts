import type { CommandProcess } from "./terminal.ts";

export interface Interruption {
  readonly signal: AbortSignal;
  /** Restores the default of Node, in which Ctrl-C ends the process. */
  release(): void;
}

/** Turns the first Ctrl-C, or other one of `signals`, into an abort, so that the command can clean up and report. A second one ends the process at once. */
export function catchInterruption(host: CommandProcess, signals: readonly ("SIGINT" | "SIGTERM")[] = ["SIGINT"]): Interruption {
  const controller = new AbortController();
  const release = (): void => signals.forEach((signal) => host.removeListener(signal, interrupt));
  const interrupt = (): void => {
    if (controller.signal.aborted) {
      release();
      host.kill(host.pid, "SIGINT");
    }
    controller.abort(new Error("interrupted"));
  };
  // Not `once`: ora's listener, which restores the cursor, ends the process if it is the last one left.
  for (const signal of signals) host.on(signal, interrupt);
  return { signal: controller.signal, release };
}
