/** Something that a caller should know although the call goes on: an option that has no effect here, for example. */
export interface Warning {
  /** What was called, for example "generate". */
  readonly where: string;
  readonly option: string;
  /** A sentence that says what has no effect, why, and what to do. */
  readonly message: string;
}

/** Receives warnings as they occur. */
export type WarningHandler = (warning: Warning) => void;

/** Writes a warning to the console: what `onWarning` is by default. Give `() => {}` to silence warnings. */
export const logWarning: WarningHandler = ({ where, message }) => console.warn(`decodekit: ${where}: ${message}`);
