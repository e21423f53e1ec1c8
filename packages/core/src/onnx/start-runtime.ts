import { environment } from "#environment";
import { ExecutionUnavailableError } from "../errors.ts";
import type { Runtime, RuntimeCode } from "./environment/environment.ts";
import { describeContent } from "./file-content.ts";
import type { Warn } from "./model-source.ts";

/** Whether an onnxruntime-web runs: its settings can no longer be changed. */
export function isStarted(ort: Runtime["ort"]): boolean {
  return threadsOf.has(ort);
}

export interface StartOptions {
  readonly threads: number | undefined;
  readonly warn: Warn;
}

/** The first bytes of every WebAssembly file: a zero byte and "asm". */
const MAGIC: readonly number[] = [0x00, 0x61, 0x73, 0x6d];

/** Threads of each running onnxruntime-web, which are set once, when it starts. */
const threadsOf = new WeakMap<object, number>();

/**
 * Runs `create`, which creates a graph and, if it is the first, starts onnxruntime-web. Calls must not overlap.
 *
 * An onnxruntime-web that failed to start can never be started again. So its WebAssembly code is read here and passed to it: if reading
 * fails, the runtime has not tried to start, and the next call can start it.
 * @throws ExecutionUnavailableError if the code cannot be read or the runtime does not start.
 */
export async function startRuntime<Result>(runtime: Runtime, options: StartOptions, create: () => Promise<Result>): Promise<Result> {
  const { ort, execution, code: file } = runtime;
  const { wasm } = ort.env;
  if (!file) return create();
  const running = threadsOf.get(ort);
  if (running !== undefined) {
    warnAboutThreads(running, options, "onnxruntime-web already runs", "The first model that is loaded decides.");
    return create();
  }
  if (options.threads !== undefined) {
    // A page that is not cross-origin isolated has no shared memory for threads.
    wasm.numThreads = typeof SharedArrayBuffer === "undefined" ? 1 : options.threads;
    warnAboutThreads(wasm.numThreads, options, "this page is not cross-origin isolated and runs", "Serve it with COOP and COEP headers.");
  }
  const given = wasm.wasmBinary;
  const code = given ?? (await readCode(runtime, file));
  let started = true;
  try {
    if (code) wasm.wasmBinary = code;
    return await create();
  } catch (error) {
    started = !isStartFailure(error);
    throw started ? error : new ExecutionUnavailableError(execution, describeStartFailure(file, error as Error), error);
  } finally {
    if (started) threadsOf.set(ort, wasm.numThreads!);
    // The code is large, and no longer needed whether or not the runtime started.
    if (!given) delete wasm.wasmBinary;
  }
}

function warnAboutThreads(actual: number, { threads, warn }: StartOptions, why: string, advice: string): void {
  if (threads === undefined || threads === actual) return;
  warn(`threads: ${threads} has no effect, because ${why} on ${actual} ${actual === 1 ? "thread" : "threads"}. ${advice}`, "threads");
}

/** Reads the WebAssembly code; returns undefined if only onnxruntime-web itself can locate it. */
async function readCode(runtime: Runtime, code: RuntimeCode): Promise<Uint8Array | undefined> {
  const url = codeUrl(runtime, code);
  if (!url) return undefined;
  const unavailable = (problem: string, error?: unknown): ExecutionUnavailableError =>
    new ExecutionUnavailableError(runtime.execution, `the runtime's own file ${url.href} ${problem}.`, error);
  let bytes: Uint8Array;
  let answer: string | undefined;
  try {
    const file = await environment.openFile(url, undefined);
    if ("absent" in file) throw unavailable(file.absent);
    answer = file.answer;
    bytes = new Uint8Array(await new Response(file.stream() as ReadableStream<Uint8Array<ArrayBuffer>>).arrayBuffer());
  } catch (error) {
    if (error instanceof ExecutionUnavailableError) throw error;
    throw unavailable(`could not be read (${error instanceof Error ? error.message : String(error)})`, error);
  }
  if (MAGIC.every((byte, index) => bytes[index] === byte)) return bytes;
  throw unavailable(`is not a WebAssembly file: ${describeContent({ bytes, answer })}`);
}

/** Returns the URL that the application set in onnxruntime-web, or else the one that this package found. */
function codeUrl({ ort }: Runtime, code: RuntimeCode): URL | undefined {
  const paths = ort.env.wasm.wasmPaths;
  if (paths === undefined) return code.url;
  const path = typeof paths === "string" ? paths + code.file : paths.wasm;
  const base = environment.baseUrl();
  return path !== undefined && URL.canParse(path, base) ? new URL(path, base) : undefined;
}

/** Returns whether onnxruntime-common reports a failed start, which it repeats at each later call. */
function isStartFailure(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith("no available backend found");
}

function describeStartFailure({ file }: RuntimeCode, { message }: Error): string {
  return `onnxruntime-web, whose code is ${file}, did not start (${message}). It cannot be started again: load the model in a new page, worker or process.`;
}
