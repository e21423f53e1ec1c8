import picocolors from "picocolors";

export type Colors = ReturnType<typeof picocolors.createColors>;

/** The part of `process` that the command uses: `process` itself, or a test double. */
export interface CommandProcess {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly pid: number;
  /** The folder that relative paths refer to. */
  cwd(): string;
  exit(code: number): void;
  kill(pid: number, signal: "SIGINT"): unknown;
  on(event: "SIGINT" | "SIGTERM", listener: () => void): unknown;
  removeListener(event: "SIGINT" | "SIGTERM", listener: () => void): unknown;
}

/** Returns colour functions, which change nothing unless `stream` is a terminal with colours (respects NO_COLOR, FORCE_COLOR and TERM). */
export function colorsFor(stream: NodeJS.WriteStream): Colors {
  // A pipe has no `isTTY`. picocolors treats undefined as "detect", which enables colours if CI is set.
  return picocolors.createColors(stream.isTTY ? stream.hasColors() : false);
}

/** Returns the columns of a terminal; undefined for other streams, such as files. */
export function widthOf(stream: NodeJS.WriteStream): number | undefined {
  return stream.isTTY && stream.columns > 0 ? stream.columns : undefined;
}
