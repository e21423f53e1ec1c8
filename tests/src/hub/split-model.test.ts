import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { loadModel } from "@decodekit/core/onnx";
import { hub } from "@decodekit/hub";
import { expect, test } from "vitest";
import { startFakeHub } from "../support/fake-hub.ts";
import { contentOf } from "../support/served-files.ts";
import { splitGraphs, splitRow } from "../support/split-graphs.ts";

test("a model in two graphs is downloaded once, and rows of its tables are read from the cache", async () => {
  const cache = mkdtempSync(path.join(tmpdir(), "decodekit-hub-"));
  const { files } = splitGraphs({ stored: "float16" }, ["decoder_model_merged_q4.onnx", "embed_tokens_q4.onnx"]);
  const plan = Object.entries(files).map(([name, url]) => {
    return [name, { base64: contentOf(String(url)).toString("base64"), lfs: name.startsWith("onnx/") }] as const;
  });
  const fake = await startFakeHub({ repository: "org/split", files: Object.fromEntries(plan) });
  for (const execution of ["native", "wasm"] as const) {
    const model = await loadModel(hub("org/split", { endpoint: fake.endpoint, cache, dtype: "q4" }), { execution });
    const session = await model.causal.createSession();
    expect([...(await session.forward(Int32Array.of(2, 5, 1))).row(0)]).toEqual([...splitRow([2, 5, 1])]);
    const contents = (await fake.takeRequests()).filter(({ on, method }) => on === "cdn" && method === "GET").map((each) => each.path);
    const expected = ["onnx/decoder_model_merged_q4.onnx", "onnx/embed_tokens.onnx_data", "onnx/embed_tokens_q4.onnx"];
    expect(contents.toSorted()).toEqual(execution === "native" ? expected : []);
    await model.dispose();
  }
  await fake.stop();
  rmSync(cache, { recursive: true, force: true });
});
