import { DecodekitError } from "@decodekit/core";

/** A sweep cannot go on: its results cannot be written, or a process would compute something else than the plan says. */
export class SweepError extends DecodekitError {
  override readonly name = "SweepError";

  constructor(message: string, options?: ErrorOptions) {
    super("SWEEP", message, options);
  }
}
