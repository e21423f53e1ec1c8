import { DecodekitError, PassError } from "../errors.ts";
import type { Runtime } from "./environment/environment.ts";

/** The graph that ran. */
interface RunGraph {
  /** URL, path or name of the graph. */
  readonly source: string;
  readonly runtime: Pick<Runtime, "execution">;
}

/** Returns the error of a pass that ended with `error`: decodekit's own errors as they are, the runtime's as PassError. */
export function passFailure({ source, runtime }: RunGraph, error: unknown): DecodekitError {
  if (DecodekitError.isInstance(error)) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new PassError({ source, execution: runtime.execution, reason: reason.replaceAll(/\s+/g, " ").trim(), cause: error });
}
