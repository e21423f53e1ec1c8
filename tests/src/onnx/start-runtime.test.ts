import type { Runtime } from "../../../packages/core/src/onnx/environment/environment.ts";
import { startRuntime } from "../../../packages/core/src/onnx/start-runtime.ts";
import { afterEach, describe, expect, test, vi } from "vitest";
import { type Answer, answerWith, notFound, type ServedFiles, serveModel } from "./served-files.ts";

/** The smallest WebAssembly file: its magic number and version. */
const CODE = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);

let server: ServedFiles | undefined;
afterEach(async () => {
  vi.unstubAllGlobals();
  await server?.close();
  server = undefined;
});

/**
 * A runtime that starts as onnxruntime-web 1.30 does (lib/wasm/wasm-factory.ts, onnxruntime-common lib/backend-impl.ts): with the first
 * graph, on `numThreads` or as many as it likes, and never again once that failed. tests/src/runtime-file.test.ts has the real one.
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
  test("is given its code once, which is let go when it runs", async () => {
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
    ["is not there", notFound, " is not there: the server answered 404 Not Found."],
    ["is refused", answerWith(500, undefined, ""), " could not be read (the server answered 500 Internal Server Error)."],
    [
      "is a page",
      answerWith(200, "text/html", "<html>"),
      ' is no WebAssembly: it has 6 bytes and begins with "<html>"; the server answered 200 OK with text/html.',
    ],
    ["is cut within its magic number", answerWith(200, undefined, CODE.slice(0, 3)), " is no WebAssembly: it has 3 bytes"],
  ])("is not asked while its code %s, and starts when that is mended", async (_what, answer, said) => {
    const url = await serve(answer);
    const { runtime, started, create } = runtimeLike(url);
    const call = (): Promise<string> => startRuntime(runtime, { threads: undefined, warn }, () => create("graph"));
    const error = await call().catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: "ExecutionUnavailableError", execution: "wasm" });
    const message = `Execution "wasm" is not available: the runtime's own file ${url}${said}`;
    expect((error as Error).message.slice(0, message.length)).toBe(message);
    expect(started).toEqual([]);
    setAnswer(answerWith(200, undefined, CODE));
    expect(await call()).toBe("graph is ready");
  });

  test("keeps the reason why its code could not be read", async () => {
    const url = await serve(notFound);
    await server!.close();
    const { runtime, create } = runtimeLike(url);
    await expect(startRuntime(runtime, { threads: undefined, warn }, () => create("graph"))).rejects.toMatchObject({
      message: expect.stringContaining("could not be read (fetch failed)"),
      cause: expect.any(TypeError),
    });
  });

  test("that does not start is told apart from a model that it refuses", async () => {
    const { runtime, create } = runtimeLike(undefined, { breaks: true });
    for (let time = 0; time < 2; time++) {
      await expect(startRuntime(runtime, { threads: 1, warn }, () => create("graph"))).rejects.toMatchObject({
        name: "ExecutionUnavailableError",
        message:
          'Execution "wasm" is not available: onnxruntime-web, whose code is runtime.wasm, did not start (no available backend found. ' +
          "ERR: [wasm] Error: no code). It does not try twice: load the model in a new page, worker or process.",
        cause: expect.any(Error),
      });
    }
  });

  test("that refuses a model has started nevertheless", async () => {
    const { runtime, wasm, started, create } = runtimeLike(await serve(answerWith(200, undefined, CODE)));
    await expect(startRuntime(runtime, { threads: undefined, warn }, () => create("broken"))).rejects.toThrow(/^bad graph$/);
    expect("wasmBinary" in wasm).toBe(false);
    await startRuntime(runtime, { threads: 4, warn }, () => create("graph"));
    expect(started).toHaveLength(1);
    expect(server!.asked).toHaveLength(1);
    expect(warnings).toEqual([]);
  });

  test("without an address is left to find its code itself", async () => {
    const { runtime, started, create } = runtimeLike(undefined);
    await startRuntime(runtime, { threads: undefined, warn }, () => create("graph"));
    expect(started).toEqual([{ code: undefined, threads: 4 }]);
  });
});

describe("what an application has told the runtime", () => {
  test("about its code's bytes stays", async () => {
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
  ])("about its place as %s is heeded", async (_what, pathsOf, asked) => {
    const url = await serve(answerWith(200, undefined, CODE));
    const { runtime, create } = runtimeLike("file:///nowhere/code.wasm", { wasmPaths: pathsOf(url) });
    await startRuntime(runtime, { threads: undefined, warn }, () => create("graph")).catch(() => undefined);
    expect(server!.asked).toEqual([asked]);
  });

  test.each([
    ["only the script's place", { mjs: "/x.mjs" }],
    ["a place that only it understands", "relative/"],
  ])("about %s leaves the code to it", async (_what, wasmPaths) => {
    const { runtime, started, create } = runtimeLike("file:///nowhere/code.wasm", { wasmPaths });
    await startRuntime(runtime, { threads: undefined, warn }, () => create("graph"));
    expect(started).toEqual([{ code: undefined, threads: 4 }]);
  });
});

describe("threads", () => {
  test("are those of the first model, and others are told", async () => {
    const { runtime, started, create } = runtimeLike(undefined);
    for (const threads of [2, 2, undefined]) await startRuntime(runtime, { threads, warn }, () => create("graph"));
    expect(warnings).toEqual([]);
    await startRuntime(runtime, { threads: 3, warn }, () => create("graph"));
    expect(started).toEqual([{ code: undefined, threads: 2 }]);
    expect(warnings).toEqual([
      ["threads: 3 has no effect, for onnxruntime-web already runs on 2 threads. The first model that is loaded decides.", "threads"],
    ]);
  });

  test("stay as the application has set them where none are asked for", async () => {
    const { runtime, started, create } = runtimeLike(undefined, { numThreads: 3 });
    await startRuntime(runtime, { threads: undefined, warn }, () => create("graph"));
    expect(started).toEqual([{ code: undefined, threads: 3 }]);
  });

  test("are one where no memory can be shared, and more are told", async () => {
    vi.stubGlobal("SharedArrayBuffer", undefined);
    const { runtime, started, create } = runtimeLike(undefined);
    await startRuntime(runtime, { threads: 8, warn }, () => create("graph"));
    expect(started).toEqual([{ code: undefined, threads: 1 }]);
    expect(warnings).toEqual([
      [
        "threads: 8 has no effect, for this page is not cross-origin isolated and runs on 1 thread. Serve it with COOP and COEP headers.",
        "threads",
      ],
    ]);
  });

  test("of the native runtime are each model's own, and it needs no code", async () => {
    const { runtime, started, create } = runtimeLike("file:///nowhere/code.wasm");
    const { code: _, ...native } = runtime;
    for (const threads of [1, 2]) expect(await startRuntime(native, { threads, warn }, () => create("graph"))).toBe("graph is ready");
    expect(started).toEqual([{ code: undefined, threads: 4 }]);
    expect(warnings).toEqual([]);
  });
});
