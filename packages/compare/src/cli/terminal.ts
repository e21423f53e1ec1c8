import picocolors from "picocolors";

export type Colors = ReturnType<typeof picocolors.createColors>;

/** What the command uses of the process in which it runs: `process` itself, or a stand-in. */
export interface CommandProcess {
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly pid: number;
  /** The folder from which relative paths are seen. */
  cwd(): string;
  exit(code: number): void;
  kill(pid: number, signal: "SIGINT"): unknown;
  on(event: "SIGINT", listener: () => void): unknown;
  removeListener(event: "SIGINT", listener: () => void): unknown;
}

/** Colours that do nothing unless `stream` is a terminal that has them (NO_COLOR, FORCE_COLOR and TERM count). */
export function colorsFor(stream: NodeJS.WriteStream): Colors {
  // A pipe has no `isTTY` at all, and picocolors takes undefined as "find out", which colours wherever CI is set.
  return picocolors.createColors(stream.isTTY ? stream.hasColors() : false);
}

/** Columns of a terminal; undefined where lines have no end, as in a file. */
export function widthOf(stream: NodeJS.WriteStream): number | undefined {
  return stream.isTTY && stream.columns > 0 ? stream.columns : undefined;
}
