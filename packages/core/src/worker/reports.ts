import type { LoadProgress } from "../onnx/index.ts";
import type { Warning } from "../warnings.ts";
import type { Connection } from "./connection.ts";
import type { GenerationPart } from "./generation-part.ts";

/** A report of the other side about a running call. */
export type Report =
  | { readonly type: "progress"; readonly progress: LoadProgress }
  | { readonly type: "part"; readonly part: GenerationPart }
  | { readonly type: "warning"; readonly warning: Warning };

/** Receives the other side's reports about running calls. */
export interface Reports {
  /**
   * Makes a call whose reports, sent under the call's number, are passed to `receive` until it settles. If `receive` throws, the call is
   * aborted and rejects with that error.
   */
  withReports<Result>(
    receive: (report: Report) => void,
    signal: AbortSignal | undefined,
    call: (number: number, signal: AbortSignal) => Promise<Result>,
  ): Promise<Result>;
}

export function reports(connection: Connection): Reports {
  const receivers = new Map<number, (report: Report) => void>();
  let count = 0;
  connection.held.set("reports", receivers);
  connection.expose({ report: (number: number, report: Report) => receivers.get(number)?.(report) });
  return {
    withReports(receive, signal, call) {
      const number = ++count;
      const failed = new AbortController();
      receivers.set(number, (report) => {
        try {
          receive(report);
        } catch (error) {
          failed.abort(error);
        }
      });
      const either = signal ? AbortSignal.any([signal, failed.signal]) : failed.signal;
      const settled = call(number, either).finally(() => receivers.delete(number));
      return settled.finally(() => failed.signal.throwIfAborted());
    },
  };
}

/** Sends reports of one call. */
export interface Reporter {
  readonly progress: (progress: LoadProgress) => void;
  readonly warning: (warning: Warning) => void;
  /** Rejects if an event contains a value that cannot be sent. */
  readonly part: (part: GenerationPart) => Promise<void>;
}

export function reporter(connection: Connection, number: number): Reporter {
  const of = (report: Report): readonly [string, number, Report] => ["report", number, report];
  return {
    progress: (progress) => connection.notifyIfPossible(...of({ type: "progress", progress })),
    warning: (warning) => connection.notifyIfPossible(...of({ type: "warning", warning })),
    part: (part) => connection.notify(...of({ type: "part", part })),
  };
}
