/** A problem that does not stop the call, for example an option that has no effect. */
export interface Warning {
  /** Name of the called function, for example "generate". */
  readonly where: string;
  readonly option: string;
  /** A sentence that states what has no effect, why, and what to do. */
  readonly message: string;
}

/** Receives warnings as they occur. */
export type WarningHandler = (warning: Warning) => void;

/** Writes a warning to the console. The default of `onWarning`; pass `() => {}` to silence warnings. */
export const logWarning: WarningHandler = ({ where, message }) => console.warn(`decodekit: ${where}: ${message}`);
