import type { LoadProgress } from "../onnx/index.ts";
import type { Warning } from "../warnings.ts";
import type { Connection } from "./connection.ts";
import type { GenerationPart } from "./served-generations.ts";

/** What the other side tells of a call while it is under way. */
export type Report =
  | { readonly type: "progress"; readonly progress: LoadProgress }
  | { readonly type: "part"; readonly part: GenerationPart }
  | { readonly type: "warning"; readonly warning: Warning };

/** Receives what the other side tells of calls that are under way. */
export interface Reports {
  /**
   * Makes a call whose reports, sent under the number it is given, go to `receive` until it settles. When `receive` throws, the call is
   * aborted and rejects with what was thrown.
   */
  during<Result>(
    receive: (report: Report) => void,
    signal: AbortSignal | undefined,
    call: (number: number, signal: AbortSignal) => Promise<Result>,
  ): Promise<Result>;
}

export function reports(connection: Connection): Reports {
  const receivers = new Map<number, (report: Report) => void>();
  let count = 0;
  connection.held.set("reports", receivers);
  connection.offer({ report: (number: number, report: Report) => receivers.get(number)?.(report) });
  return {
    during(receive, signal, call) {
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
  /** Rejects when an event holds something that cannot be sent. */
  readonly part: (part: GenerationPart) => Promise<void>;
}

export function reporter(connection: Connection, number: number): Reporter {
  const of = (report: Report): readonly [string, number, Report] => ["report", number, report];
  return {
    progress: (progress) => connection.mention(...of({ type: "progress", progress })),
    warning: (warning) => connection.mention(...of({ type: "warning", warning })),
    part: (part) => connection.tell(...of({ type: "part", part })),
  };
}
