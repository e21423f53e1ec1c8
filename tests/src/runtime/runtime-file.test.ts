import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { generate, type Session, type Warning } from "@decodekit/core";
import { loadModel } from "@decodekit/core/onnx";
import { greedy } from "@decodekit/greedy";
import { stories } from "@decodekit/tiny-models";
import * as ort from "onnxruntime-web";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Answer, answerWith, notFound, type ServedFiles, serveModel } from "../support/served-files.ts";

const code = readFileSync(createRequire(import.meta.url).resolve("onnxruntime-web/ort-wasm-simd-threaded.wasm"));
const breakOff: Answer = (response) => {
  response.writeHead(200, { "content-length": code.length, "content-type": "application/wasm" });
  response.write(code.subarray(0, 1 << 20), () => response.destroy());
};

let leaked: Session;
let answer: Answer = notFound;
let server: ServedFiles;
beforeAll(async () => {
  server = await serveModel(
    { name: "none", files: {} },
    { "ort-wasm-simd-threaded.wasm": (response, request) => answer(response, request) },
  );
});
afterAll(() => server.close());

// One test, because a process has one onnxruntime-web: each part continues from the state that the last one left.
test("a model loads on WASM after the runtime's own file failed in every way, and each error names that file", async () => {
  ort.env.wasm.wasmPaths = `${server.url}/`;
  const failures: [Answer, string | RegExp][] = [
    [notFound, "was not found: the server answered 404 Not Found."],
    [answerWith(503, "text/plain", "busy"), "could not be read (the server answered 503 Service Unavailable with text/plain)."],
    [
      answerWith(200, "text/html", "<!doctype html>"),
      'is not a WebAssembly file: it has 15 bytes and begins with "<!doctype html>"; the server',
    ],
    [breakOff, /could not be read \(terminated.*\)\.$/],
  ];
  for (const [failure, expected] of failures) {
    answer = failure;
    const error = await loadModel(stories, { execution: "wasm" }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: "ExecutionUnavailableError", code: "EXECUTION_UNAVAILABLE", execution: "wasm" });
    expect(String(error)).toContain(`the runtime's own file ${server.url}/ort-wasm-simd-threaded.wasm `);
    expect((error as Error).message).toMatch(
      typeof expected === "string" ? new RegExp(expected.replaceAll(/[().]/g, String.raw`\$&`)) : expected,
    );
  }
  delete ort.env.wasm.wasmPaths;
  const warnings: Warning[] = [];
  const onWarning = (warning: Warning): void => void warnings.push(warning);
  const model = await loadModel(stories, { execution: "wasm", threads: 1, onWarning });
  expect((await generate(model, "Once upon a time", { decoder: greedy(), maxNewTokens: 4 }).result).tokens).toHaveLength(4);
  expect(ort.env.wasm.wasmBinary).toBeUndefined();
  await (await loadModel(stories, { execution: "wasm", threads: 1, onWarning })).dispose();
  expect(warnings).toEqual([]);
  const second = await loadModel(stories, { execution: "wasm", threads: 2, onWarning });
  expect(warnings).toEqual([
    {
      where: "loadModel",
      option: "threads",
      message: "threads: 2 has no effect, because onnxruntime-web already runs on 1 thread. The first model that is loaded decides.",
    },
  ]);
  await Promise.all([model.dispose(), second.dispose()]);
  warnings.length = 0;
  {
    await using third = await loadModel(stories, { execution: "wasm", wasmPaths: `${server.url}/elsewhere`, onWarning });
    await using session = await third.causal.createSession();
    expect((await session.forward(Int32Array.of(1))).rows).toBe(1);
    leaked = session;
  }
  await expect(leaked.forward(Int32Array.of(1))).rejects.toMatchObject({ code: "DISPOSED" });
  const message = "wasmPaths has no effect, because onnxruntime-web already runs. The first model that is loaded decides.";
  expect(warnings).toEqual([{ where: "loadModel", option: "wasmPaths", message }]);
});
