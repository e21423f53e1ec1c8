import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { argmax, generate, greedySampler, autoregressive, type Sampler } from "@decodekit/core";
import { loadModel, type OnnxLanguageModel } from "@decodekit/core/onnx";
import { greedy } from "@decodekit/greedy";
import { stories } from "@decodekit/tiny-models";
import { topP } from "@decodekit/top-p";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const shipped = fileURLToPath(new URL("../../../packages/tiny-models/models/stories", import.meta.url));
const executions = ["native", "wasm"] as const;

describe.each(executions)("a broken model folder on %s", (execution) => {
  let folder: string;
  beforeAll(() => (folder = mkdtempSync(join(tmpdir(), "decodekit-"))));
  afterAll(() => rmSync(folder, { recursive: true }));

  /** Loads a copy of the shipped folder after `damage`; then the shipped one, which must work. */
  async function loadDamaged(damage: (copy: string) => void): Promise<unknown> {
    const copy = mkdtempSync(join(folder, "copy-"));
    cpSync(shipped, copy, { recursive: true });
    damage(copy);
    const outcome = await loadModel(copy, { execution }).catch((error: unknown) => error);
    const model = await loadModel(stories, { execution });
    await model.dispose();
    return outcome;
  }
  const truncate = (path: string) => (copy: string) => {
    const bytes = readFileSync(join(copy, path));
    writeFileSync(join(copy, path), bytes.subarray(0, bytes.length / 2));
  };

  test.each(["config.json", "tokenizer.json", "onnx/model.onnx"])("names the file %s when it is missing", async (path) => {
    const error = await loadDamaged((copy) => rmSync(join(copy, path)));
    expect(error).toMatchObject({ name: "ModelLoadError", code: "MODEL_LOAD" });
    expect(String(error)).toContain(path);
    expect(String(error)).toContain("does not exist");
  });

  test.each(["config.json", "tokenizer.json", "onnx/model.onnx"])("names the file %s when it is cut short", async (path) => {
    const error = await loadDamaged(truncate(path));
    expect(error).toMatchObject({ name: "ModelLoadError", code: "MODEL_LOAD" });
    expect(String(error)).toContain(path);
  });

  test("reports a graph file that is not an ONNX file", async () => {
    const error = await loadDamaged((copy) => writeFileSync(join(copy, "onnx/model.onnx"), "<!doctype html><title>404</title>"));
    expect(error).toMatchObject({ name: "ModelLoadError" });
    expect(String(error)).toContain("is not an ONNX file");
  });

  test("refuses a tokenizer with more tokens than the model's vocabulary", async () => {
    const error = await loadDamaged((copy) => {
      const tokenizer = JSON.parse(readFileSync(join(copy, "tokenizer.json"), "utf8")) as { model: { vocab: Record<string, number> } };
      tokenizer.model.vocab["ZZZZ"] = 5000;
      writeFileSync(join(copy, "tokenizer.json"), JSON.stringify(tokenizer));
    });
    expect(error).toMatchObject({ name: "VocabularyMismatchError", vocabSizes: { model: 4096, tokenizer: 5001 } });
  });

  test("refuses a folder that does not exist", async () => {
    const error = await loadModel(join(folder, "nowhere"), { execution }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: "ModelLoadError" });
  });
});

test("loading names an unknown option and an invalid value", async () => {
  await expect(loadModel(stories, { executoin: "wasm" } as object)).rejects.toMatchObject({
    name: "InvalidOptionError",
    option: 'option "executoin"',
  });
  await expect(loadModel(stories, { execution: "cpu" as "wasm" })).rejects.toMatchObject({
    name: "InvalidOptionError",
    option: "execution",
    actual: "cpu",
  });
  await expect(loadModel(stories, { execution: "webgpu" })).rejects.toMatchObject({
    name: "ExecutionUnavailableError",
    execution: "webgpu",
  });
});

test("loading stops when the signal aborts", async () => {
  const controller = new AbortController();
  const loading = loadModel(stories, { signal: controller.signal, onProgress: () => controller.abort(new Error("enough")) });
  await expect(loading).rejects.toThrow("enough");
});

test("loading reports bytes that add up to the files", async () => {
  const seen: { loadedBytes: number; totalBytes: number | undefined }[] = [];
  const model = await loadModel(stories, { onProgress: (progress) => seen.push(progress) });
  const last = seen.at(-1)!;
  expect(last.loadedBytes).toBe(last.totalBytes);
  expect(last.loadedBytes).toBeGreaterThan(model.bytes);
  expect(seen.map((each) => each.loadedBytes)).toEqual(seen.map((each) => each.loadedBytes).toSorted((a, b) => a - b));
  await model.dispose();
});

describe.each(executions)("wrong input to a good model on %s", (execution) => {
  let model: OnnxLanguageModel;
  let expected: number[];
  const sixTokens = async (): Promise<number[]> => [
    ...(await generate(model, "One day", { decoder: greedy(), maxNewTokens: 6 }).result).tokens,
  ];
  beforeAll(async () => {
    model = await loadModel(stories, { execution });
    expected = await sixTokens();
  });
  afterAll(() => model.dispose());

  const failing: [string, string, () => Promise<unknown>][] = [
    ["an empty prompt", "InvalidOptionError", () => generate(model, new Int32Array(0), { decoder: greedy() }).result],
    ["a token that does not exist", "InvalidOptionError", () => generate(model, Int32Array.of(0, 4096), { decoder: greedy() }).result],
    ["a prompt over the context length", "ContextLengthError", () => generate(model, "a b ".repeat(2000), { decoder: greedy() }).result],
    ["p = 0", "InvalidOptionError", async () => topP({ p: 0 })],
    ["an unknown option", "InvalidOptionError", async () => topP({ topP: 0.9 } as object)],
    ["maxNewTokens = -1", "InvalidOptionError", async () => generate(model, "One day", { decoder: greedy(), maxNewTokens: -1 }).result],
    [
      "NaN logits",
      "LogitsError",
      () => generate(model, "One day", { decoder: autoregressive({ name: "broken", sampler: spoiled }) }).result,
    ],
  ];
  const spoiled: Sampler = {
    name: "spoiled",
    distribution: (row, context) => greedySampler.distribution(row.with(7, NaN), context),
    pick: argmax,
  };

  test.each(failing)("%s is a %s, and the next call works", async (_what, name, call) => {
    await expect(call()).rejects.toMatchObject({ name });
    expect(await sixTokens()).toEqual(expected);
  });

  test.each([
    ["before prefill", 0],
    ["during prefill", 1],
    ["after prefill", 3],
  ])("an abort %s ends the decode, and the next call works", async (_when, events) => {
    const controller = new AbortController();
    const generation = generate(model, "One day", { decoder: greedy(), signal: controller.signal });
    if (events === 0) controller.abort();
    let seen = 0;
    for await (const event of generation.events) {
      seen++;
      if (event.type === "decode-start" && events === 1) queueMicrotask(() => controller.abort());
      if (seen === events && events > 1) controller.abort();
    }
    const { finishReason, tokens } = await generation.result;
    expect(finishReason).toBe("abort");
    expect(tokens.length).toBeLessThanOrEqual(1);
    expect(await sixTokens()).toEqual(expected);
  });

  test("a session may be disposed twice; using it afterwards is an error", async () => {
    const session = await model.causal.createSession();
    await session.forward(Int32Array.of(0));
    await session.dispose();
    await session.dispose();
    await expect(session.forward(Int32Array.of(0))).rejects.toMatchObject({ name: "DisposedError" });
    await expect(session.rewindTo(0)).rejects.toMatchObject({ name: "DisposedError" });
    expect(await sixTokens()).toEqual(expected);
  });

  test("an aborted pass leaves the session unchanged", async () => {
    const session = await model.causal.createSession();
    await session.forward(Int32Array.of(0, 402));
    const controller = new AbortController();
    const pass = session.forward(Int32Array.of(286), { signal: controller.signal });
    controller.abort(new Error("enough"));
    await expect(pass).rejects.toThrow("enough");
    expect(session.length).toBe(2);
    const row = (await session.forward(Int32Array.of(286))).row(0).slice();
    const fresh = await model.causal.createSession();
    await fresh.forward(Int32Array.of(0, 402));
    expect((await fresh.forward(Int32Array.of(286))).row(0)).toEqual(row);
    await Promise.all([session.dispose(), fresh.dispose()]);
  });

  test("using a disposed model is an error, and another model still works", async () => {
    const other = await loadModel(stories, { execution });
    const session = await other.causal.createSession();
    await other.dispose();
    await other.dispose();
    await expect(session.forward(Int32Array.of(0))).rejects.toMatchObject({ name: "DisposedError" });
    await expect(other.causal.createSession()).rejects.toMatchObject({ name: "DisposedError" });
    await session.dispose();
    expect(await sixTokens()).toEqual(expected);
  });
});
