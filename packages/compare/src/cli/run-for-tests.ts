import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Readable, Writable } from "node:stream";
import type { Tokenizer } from "@decodekit/core";
import { memoryMaskedModel, memoryModel, type TestModel } from "@decodekit/core/testing";
import { afterAll, expect } from "vitest";
import type { ComparedModel } from "../model-report.ts";
import type { LoadModel } from "../load-models.ts";
import { runCommandLine } from "./program.ts";
import type { CommandProcess } from "./terminal.ts";

// Uses a model with known outputs; tests/src/packages/decodekit-command.test.ts runs the built command on the story model.
export const folder = mkdtempSync(path.join(tmpdir(), "decodekit-command-"));
afterAll(() => rmSync(folder, { recursive: true }));

const LETTERS = 26;

/**
 * A model with one token per letter and a mask token. It continues the alphabet: b follows a, and a gap is filled with the next letters.
 */
export function alphabet(): ComparedModel & { readonly causal: TestModel; dispose(): Promise<void> } {
  const size = { vocabSize: LETTERS + 1, contextLength: 64 };
  const certain = (next: number): Float32Array =>
    Float32Array.from({ length: size.vocabSize }, (_, token) => (token === next % LETTERS ? 0 : -Infinity));
  const causal = memoryModel({ ...size, logitsAfter: (prefix) => certain(prefix.at(-1)! + 1), tree: true });
  const masked = memoryMaskedModel({
    ...size,
    maskTokenId: LETTERS,
    logitsAt: (prefix, canvas, index) => certain(index === 0 ? prefix.at(-1)! + 1 : letterAt(canvas, index, prefix)),
  });
  const tokenizer: Tokenizer = {
    vocabSize: size.vocabSize,
    encode: (text) => Int32Array.from(text, (letter) => letter.charCodeAt(0) - 97),
    decode: (tokens) => String.fromCharCode(...Array.from(tokens, (token) => token + 97)),
    tokenText: (token) => String.fromCharCode(token + 97),
  };
  return {
    name: "alphabet",
    tokenizer,
    causal,
    masked,
    stopTokens: [],
    parameters: 12_345,
    bytes: 2048,
    execution: "memory",
    dispose: async () => undefined,
  };
}

/** Returns the letter at `index` of `canvas`, counted from the last known letter before it. */
function letterAt(canvas: Int32Array, index: number, prefix: Int32Array): number {
  for (let place = index - 1; place >= 0; place--) if (canvas[place] !== LETTERS) return canvas[place]! + index - place;
  return prefix.at(-1)! + 1 + index;
}

interface Outcome {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Codes passed to `exit`. */
  readonly exits: readonly number[];
  /** Signals passed to `kill`. */
  readonly signals: readonly string[];
}

interface Watch {
  /** Lines of standard input. @defaultValue none */
  readonly input?: readonly string[];

  /** Called after each write with all of standard error so far; `interrupt` simulates Ctrl-C. */
  readonly onStderr?: (stderr: string, interrupt: () => void) => void;
  /** Makes standard output a terminal of this width. */
  readonly columns?: number;
  /** Error of writes to standard output. */
  readonly failure?: Error;
  /** @defaultValue returns the alphabet model */
  readonly load?: LoadModel;
}

/** Runs the command in this process, in `folder`. */
export async function decodekit(
  args: readonly string[],
  { input = [], onStderr, columns, failure, load = async () => alphabet() }: Watch = {},
): Promise<Outcome> {
  const written = { stdout: "", stderr: "" };
  const outcome = { exits: [] as number[], signals: [] as string[] };
  const listeners = new Set<() => void>();
  const interrupt = (): void => listeners.forEach((listener) => listener());
  const stream = (name: keyof typeof written): NodeJS.WriteStream => {
    const write = (text: string, _encoding: unknown, done: (error?: Error) => void): void => {
      written[name] += text;
      if (name === "stderr") onStderr?.(written.stderr, interrupt);
      done(name === "stdout" ? failure : undefined);
    };
    const terminal = name === "stdout" && columns !== undefined ? { isTTY: true, columns, hasColors: () => true } : {};
    return Object.assign(new Writable({ decodeStrings: false, write }), terminal) as unknown as NodeJS.WriteStream;
  };
  const host: CommandProcess = {
    stdin: Readable.from(input.map((line) => `${line}\n`)) as unknown as NodeJS.ReadStream,
    stdout: stream("stdout"),
    stderr: stream("stderr"),
    pid: 7,
    cwd: () => folder,
    exit: (code) => void outcome.exits.push(code),
    kill: (pid, signal) => void outcome.signals.push(`${pid} ${signal}`),
    on: (_, listener) => void listeners.add(listener),
    removeListener: (_, listener) => void listeners.delete(listener),
  };
  const exitCode = await runCommandLine(args, host, load);
  await new Promise((resolve) => setImmediate(resolve));
  expect(listeners.size, "listeners for Ctrl-C left behind").toBe(0);
  return { exitCode, ...written, ...outcome };
}
