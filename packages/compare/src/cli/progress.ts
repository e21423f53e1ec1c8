import type { LoadProgress } from "@decodekit/core/onnx";
import ora from "ora";
import type { CompareProgress } from "../compare.ts";
import { formatBytes, formatDecoder } from "./format.ts";

/** Says on standard error what the command is at: one moving line on a terminal, else a line per step. */
export interface ProgressDisplay {
  loading(progress: LoadProgress): void;
  comparing(progress: CompareProgress): void;
  /** Removes the moving line. Nothing is shown afterwards. */
  end(): void;
}

export function progressDisplay(stream: NodeJS.WriteStream, model: string): ProgressDisplay {
  const show = stream.isTTY && !isBatch() ? movingLine(stream) : plainLines(stream);
  show.step(`Loading ${model}`);
  return {
    loading({ loadedBytes, totalBytes }) {
      const total = totalBytes === undefined ? "" : ` of ${formatBytes(totalBytes)}`;
      show.detail(`Loading ${model}: ${formatBytes(loadedBytes)}${total}`);
      if (loadedBytes === totalBytes) show.step(`Loading ${model}: ${formatBytes(loadedBytes)}`);
    },
    comparing({ stage, decoder: { decoder, options = {} }, completedRuns, totalRuns, tokens }) {
      const name = formatDecoder(decoder.name, options);
      const line = stage === "warm-up" ? `Warming up ${name}` : `Run ${completedRuns + 1} of ${totalRuns}: ${name}`;
      if (tokens === 0) show.step(line);
      else show.detail(`${line}: ${tokens} tokens`);
    },
    end: () => show.end(),
  };
}

interface LineDisplay {
  /** Something new begins. */
  step(text: string): void;
  /** The same, further on. */
  detail(text: string): void;
  end(): void;
}

/** Whether the terminal is one in name only, as in continuous integration: a moving line would fill its log. */
function isBatch(): boolean {
  return "CI" in process.env || process.env.TERM === "dumb";
}

function movingLine(stream: NodeJS.WriteStream): LineDisplay {
  // Reading standard input in raw mode would keep Ctrl-C from becoming SIGINT.
  const spinner = ora({ stream, discardStdin: false, isEnabled: true }).start();
  const show = (text: string): void => void (spinner.text = text);
  return { step: show, detail: show, end: () => void spinner.stop() };
}

function plainLines(stream: NodeJS.WriteStream): LineDisplay {
  let last = "";
  return {
    step(text) {
      if (text !== last) stream.write(`${text}\n`);
      last = text;
    },
    detail: () => undefined,
    end: () => undefined,
  };
}
