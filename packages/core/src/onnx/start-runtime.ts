import { environment } from "#environment";
import { ExecutionUnavailableError } from "../errors.ts";
import type { Runtime, RuntimeCode } from "./environment/environment.ts";
import { describeContent } from "./file-content.ts";
import type { Warn } from "./model-source.ts";

export interface StartOptions {
  readonly threads: number | undefined;
  readonly warn: Warn;
}

/** What every WebAssembly file begins with: a zero byte and "asm". */
const MAGIC: readonly number[] = [0x00, 0x61, 0x73, 0x6d];

/** Threads of each onnxruntime-web that runs: it takes them once, when it starts. */
const threadsOf = new WeakMap<object, number>();

/**
 * Runs `create`, which makes a graph ready and, if it is the first, starts onnxruntime-web. Calls must not overlap.
 *
 * An onnxruntime-web that failed to start never tries again. So its WebAssembly code is read here and handed over: where that fails it
 * has not been asked, and the next call can start it.
 * @throws ExecutionUnavailableError when the code cannot be read or the runtime does not start.
 */
export async function startRuntime<Result>(runtime: Runtime, options: StartOptions, create: () => Promise<Result>): Promise<Result> {
  const { ort, execution, code: file } = runtime;
  const { wasm } = ort.env;
  if (!file) return create();
  const running = threadsOf.get(ort);
  if (running !== undefined) {
    tellThreads(running, options, "onnxruntime-web already runs", "The first model that is loaded decides.");
    return create();
  }
  if (options.threads !== undefined) {
    // A page that is not cross-origin isolated has no memory that threads could share.
    wasm.numThreads = typeof SharedArrayBuffer === "undefined" ? 1 : options.threads;
    tellThreads(wasm.numThreads, options, "this page is not cross-origin isolated and runs", "Serve it with COOP and COEP headers.");
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
    // It is in use or of no use now, and large.
    if (!given) delete wasm.wasmBinary;
  }
}

function tellThreads(actual: number, { threads, warn }: StartOptions, why: string, advice: string): void {
  if (threads === undefined || threads === actual) return;
  warn(`threads: ${threads} has no effect, for ${why} on ${actual} ${actual === 1 ? "thread" : "threads"}. ${advice}`, "threads");
}

/** Undefined where only onnxruntime-web itself can tell where its code is. */
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
    bytes = new Uint8Array(await new Response(file.stream as ReadableStream<Uint8Array<ArrayBuffer>>).arrayBuffer());
  } catch (error) {
    if (error instanceof ExecutionUnavailableError) throw error;
    throw unavailable(`could not be read (${error instanceof Error ? error.message : String(error)})`, error);
  }
  if (MAGIC.every((byte, index) => bytes[index] === byte)) return bytes;
  throw unavailable(`is no WebAssembly: ${describeContent({ bytes, answer })}`);
}

/** Where an application has told onnxruntime-web to look, else where this package finds it. */
function codeUrl({ ort }: Runtime, code: RuntimeCode): URL | undefined {
  const paths = ort.env.wasm.wasmPaths;
  if (paths === undefined) return code.url;
  const path = typeof paths === "string" ? paths + code.file : paths.wasm;
  const base = environment.baseUrl();
  return path !== undefined && URL.canParse(path, base) ? new URL(path, base) : undefined;
}

/** onnxruntime-common says so when the runtime does not start, and at each later call again. */
function isStartFailure(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith("no available backend found");
}

function describeStartFailure({ file }: RuntimeCode, { message }: Error): string {
  return `onnxruntime-web, whose code is ${file}, did not start (${message}). It does not try twice: load the model in a new page, worker or process.`;
}
