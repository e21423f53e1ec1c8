import type { CommandProcess } from "./terminal.ts";

export interface Interruption {
  readonly signal: AbortSignal;
  /** Hands Ctrl-C back to Node, which ends the process. */
  release(): void;
}

/** Turns the first Ctrl-C into an abort, so that the command can end in order; a second one ends the process at once. */
export function catchInterruption(host: CommandProcess): Interruption {
  const controller = new AbortController();
  const release = (): void => void host.removeListener("SIGINT", interrupt);
  const interrupt = (): void => {
    if (controller.signal.aborted) {
      release();
      host.kill(host.pid, "SIGINT");
    }
    controller.abort(new Error("interrupted"));
  };
  // Not `once`: listeners that end the process when they are the last (ora's, to give the cursor back) look how many there are.
  host.on("SIGINT", interrupt);
  return { signal: controller.signal, release };
}
