import type { Runtime } from "../../../../packages/core/src/onnx/environment/environment.ts";
import { startRuntime } from "../../../../packages/core/src/onnx/start-runtime.ts";
import { afterEach, describe, expect, test, vi } from "vitest";
import { type Answer, answerWith, notFound, type ServedFiles, serveModel } from "../../support/served-files.ts";

/** The smallest WebAssembly file: its magic number and version. */
const CODE = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);

let server: ServedFiles | undefined;
afterEach(async () => {
  vi.unstubAllGlobals();
  await server?.close();
  server = undefined;
});

/**
 * A runtime that starts as onnxruntime-web 1.30 does (lib/wasm/wasm-factory.ts, onnxruntime-common lib/backend-impl.ts): it starts with
 * the first graph, on `numThreads` threads or a number of its choice, and never again after a failure. The tests of the runtime's own file
 * use the real one.
 */
function runtimeLike(url: string | undefined, env: Record<string, unknown> = {}) {
  const wasm = env;
  const started: { code: unknown; threads: unknown }[] = [];
  let failure: string | undefined;
  const runtime = {
    ort: { env: { wasm } },
    execution: "wasm",
    executionProviders: ["wasm"],
    code: { file: "runtime.wasm", url: url === undefined ? undefined : new URL(url) },
  } as unknown as Runtime;
  const create = async (graph: string): Promise<string> => {
    if (started.length === 0 && failure === undefined) {
      if (wasm.wasmBinary === undefined && wasm.breaks) failure = "Error: no code";
      else started.push({ code: wasm.wasmBinary, threads: (wasm.numThreads ??= 4) });
    }
    if (failure !== undefined) throw new Error(`no available backend found. ERR: [wasm] ${failure}`);
    if (graph === "broken") throw new Error("bad graph");
    return `${graph} is ready`;
  };
  return { runtime, wasm, started, create };
}

const warnings: [message: string, option: string | undefined][] = [];
const warn = (message: string, option?: string): void => void warnings.push([message, option]);
afterEach(() => void (warnings.length = 0));

async function serve(answer: Answer): Promise<string> {
  let current = answer;
  server = await serveModel({ name: "none", files: {} }, { "code.wasm": (response, request) => current(response, request) });
  setAnswer = (next) => (current = next);
  return `${server.url}/code.wasm`;
}
let setAnswer: (answer: Answer) => void;

describe("the runtime", () => {
  test("is given its code once, and the code is released when it runs", async () => {
    const { runtime, wasm, started, create } = runtimeLike(await serve(answerWith(200, "application/wasm", CODE)));
    for (const graph of ["first", "second"]) {
      expect(await startRuntime(runtime, { threads: undefined, warn }, () => create(graph))).toBe(`${graph} is ready`);
      expect("wasmBinary" in wasm).toBe(false);
    }
    expect(started).toEqual([{ code: CODE, threads: 4 }]);
    expect(server!.asked).toEqual(["/m/code.wasm"]);
    expect(warnings).toEqual([]);
  });

  test.each([
    ["is not there", notFound, " was not found: the server answered 404 Not Found."],
    ["is refused", answerWith(500, undefined, ""), " could not be read (the server answered 500 Internal Server Error)."],
    [
      "is a page",
      answerWith(200, "text/html", "<html>"),
      ' is not a WebAssembly file: it has 6 bytes and begins with "<html>"; the server answered 200 OK with text/html.',
    ],
    ["is cut within its magic number", answerWith(200, undefined, CODE.slice(0, 3)), " is not a WebAssembly file: it has 3 bytes"],
  ])("is not started while its code %s, and starts once the code is available", async (_what, answer, expected) => {
    const url = await serve(answer);
    const { runtime, started, create } = runtimeLike(url);
    const call = (): Promise<string> => startRuntime(runtime, { threads: undefined, warn }, () => create("graph"));
    const error = await call().catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: "ExecutionUnavailableError", execution: "wasm" });
    const message = `Execution "wasm" is not available: the runtime's own file ${url}${expected}`;
    expect((error as Error).message.slice(0, message.length)).toBe(message);
    expect(started).toEqual([]);
    setAnswer(answerWith(200, undefined, CODE));
    expect(await call()).toBe("graph is ready");
  });

  test("reports the reason why its code could not be read", async () => {
    const url = await serve(notFound);
    await server!.close();
    const { runtime, create } = runtimeLike(url);
    await expect(startRuntime(runtime, { threads: undefined, warn }, () => create("graph"))).rejects.toMatchObject({
      message: expect.stringContaining("could not be read (fetch failed)"),
      cause: expect.any(TypeError),
    });
  });

  test("that does not start is reported differently from a model that it refuses", async () => {
    const { runtime, create } = runtimeLike(undefined, { breaks: true });
    for (let time = 0; time < 2; time++) {
      await expect(startRuntime(runtime, { threads: 1, warn }, () => create("graph"))).rejects.toMatchObject({
        name: "ExecutionUnavailableError",
        message:
          'Execution "wasm" is not available: onnxruntime-web, whose code is runtime.wasm, did not start (no available backend found. ' +
          "ERR: [wasm] Error: no code). It cannot be started again: load the model in a new page, worker or process.",
        cause: expect.any(Error),
      });
    }
  });

  test("that refuses a model has still started", async () => {
    const { runtime, wasm, started, create } = runtimeLike(await serve(answerWith(200, undefined, CODE)));
    await expect(startRuntime(runtime, { threads: undefined, warn }, () => create("broken"))).rejects.toThrow(/^bad graph$/);
    expect("wasmBinary" in wasm).toBe(false);
    await startRuntime(runtime, { threads: 4, warn }, () => create("graph"));
    expect(started).toHaveLength(1);
    expect(server!.asked).toHaveLength(1);
    expect(warnings).toEqual([]);
  });

  test("without an address finds its code itself", async () => {
    const { runtime, started, create } = runtimeLike(undefined);
    await startRuntime(runtime, { threads: undefined, warn }, () => create("graph"));
    expect(started).toEqual([{ code: undefined, threads: 4 }]);
  });
});

describe("the application's settings of the runtime", () => {
  test("keep the code's bytes", async () => {
    const own = new Uint8Array(3);
    const { runtime, wasm, started, create } = runtimeLike("file:///nowhere/code.wasm", { wasmBinary: own });
    await startRuntime(runtime, { threads: undefined, warn }, () => create("graph"));
    expect(started).toEqual([{ code: own, threads: 4 }]);
    expect(wasm.wasmBinary).toBe(own);
  });

  test.each([
    ["a folder", (url: string) => url.replace("code.wasm", "sub/"), "/m/sub/runtime.wasm"],
    ["a file's URL", (url: string) => ({ wasm: new URL(url) }), "/m/code.wasm"],
    ["a file", (url: string) => ({ wasm: url }), "/m/code.wasm"],
  ])("determine where the code is read, given as %s", async (_what, pathsOf, asked) => {
    const url = await serve(answerWith(200, undefined, CODE));
    const { runtime, create } = runtimeLike("file:///nowhere/code.wasm", { wasmPaths: pathsOf(url) });
    await startRuntime(runtime, { threads: undefined, warn }, () => create("graph")).catch(() => undefined);
    expect(server!.asked).toEqual([asked]);
  });

  test.each([
    ["only the script's address", { mjs: "/x.mjs" }],
    ["an address that only the runtime understands", "relative/"],
  ])("with %s leave the code to the runtime", async (_what, wasmPaths) => {
    const { runtime, started, create } = runtimeLike("file:///nowhere/code.wasm", { wasmPaths });
    await startRuntime(runtime, { threads: undefined, warn }, () => create("graph"));
    expect(started).toEqual([{ code: undefined, threads: 4 }]);
  });
});

describe("threads", () => {
  test("are those of the first model, and other values cause a warning", async () => {
    const { runtime, started, create } = runtimeLike(undefined);
    for (const threads of [2, 2, undefined]) await startRuntime(runtime, { threads, warn }, () => create("graph"));
    expect(warnings).toEqual([]);
    await startRuntime(runtime, { threads: 3, warn }, () => create("graph"));
    expect(started).toEqual([{ code: undefined, threads: 2 }]);
    expect(warnings).toEqual([
      ["threads: 3 has no effect, because onnxruntime-web already runs on 2 threads. The first model that is loaded decides.", "threads"],
    ]);
  });

  test("stay as the application set them if the model requests none", async () => {
    const { runtime, started, create } = runtimeLike(undefined, { numThreads: 3 });
    await startRuntime(runtime, { threads: undefined, warn }, () => create("graph"));
    expect(started).toEqual([{ code: undefined, threads: 3 }]);
  });

  test("are limited to one without shared memory, and more cause a warning", async () => {
    vi.stubGlobal("SharedArrayBuffer", undefined);
    const { runtime, started, create } = runtimeLike(undefined);
    await startRuntime(runtime, { threads: 8, warn }, () => create("graph"));
    expect(started).toEqual([{ code: undefined, threads: 1 }]);
    expect(warnings).toEqual([
      [
        "threads: 8 has no effect, because this page is not cross-origin isolated and runs on 1 thread. Serve it with COOP and COEP headers.",
        "threads",
      ],
    ]);
  });

  test("of the native runtime are set per model, and it needs no code", async () => {
    const { runtime, started, create } = runtimeLike("file:///nowhere/code.wasm");
    const { code: _, ...native } = runtime;
    for (const threads of [1, 2]) expect(await startRuntime(native, { threads, warn }, () => create("graph"))).toBe("graph is ready");
    expect(started).toEqual([{ code: undefined, threads: 4 }]);
    expect(warnings).toEqual([]);
  });
});
