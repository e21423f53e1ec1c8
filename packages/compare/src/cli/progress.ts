import type { LoadProgress } from "@decodekit/core/onnx";
import ora from "ora";
import type { CompareProgress } from "../compare.ts";
import type { SweepProgress } from "../sweep/index.ts";
import { formatBytes, formatDecoder } from "./format.ts";

/** Shows progress on standard error: one updating line on a terminal, else a line per step. */
export interface ProgressDisplay {
  loading(progress: LoadProgress): void;
  /** The model is loaded. */
  loaded(): void;
  comparing(progress: CompareProgress): void;
  /** Removes the updating line. Nothing is shown afterwards. */
  end(): void;
}

/** A terminal that says it has 0 columns, as some that programs open do, gets plain lines: an updating one would be cleared without end. */
export function progressDisplay(stream: NodeJS.WriteStream, model: string): ProgressDisplay {
  const show = displayOn(stream);
  show.step(`Loading ${model}`);
  let bytes = 0;
  return {
    loading({ loadedBytes, totalBytes }) {
      const total = totalBytes === undefined ? "" : ` of ${formatBytes(totalBytes)}`;
      show.detail(`Loading ${model}: ${formatBytes(loadedBytes)}${total}`);
      bytes = loadedBytes;
    },
    loaded() {
      if (bytes > 0) show.step(`Loading ${model}: ${formatBytes(bytes)}`);
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

/** Shows the progress of a sweep: on a terminal one updating line, else a line for each tenth. */
export function sweepProgress(stream: NodeJS.WriteStream, plan: string): { sweeping(progress: SweepProgress): void; end(): void } {
  const show = displayOn(stream);
  show.step(`Loading the models of ${plan}`);
  let shown = "";
  return {
    sweeping({ stage, done, total, failed }) {
      const line = `${stage === "cells" ? "Runs" : "Timed pairs"}: ${done} of ${total}${failed > 0 ? `, ${failed} failed` : ""}`;
      const tenth = `${stage} ${Math.floor((10 * done) / Math.max(1, total))}`;
      if (total === 0) return;
      if (tenth === shown) show.detail(line);
      else show.step(line);
      shown = tenth;
    },
    end: () => show.end(),
  };
}

interface LineDisplay {
  /** Shows the start of a step. */
  step(text: string): void;
  /** Shows progress within the step. */
  detail(text: string): void;
  end(): void;
}

function displayOn(stream: NodeJS.WriteStream): LineDisplay {
  return stream.isTTY && stream.columns !== 0 && !isBatch() ? updatingLine(stream) : plainLines(stream);
}

/** Whether the terminal is only a log, as in continuous integration, which an updating line would fill. */
function isBatch(): boolean {
  return "CI" in process.env || process.env.TERM === "dumb";
}

function updatingLine(stream: NodeJS.WriteStream): LineDisplay {
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
