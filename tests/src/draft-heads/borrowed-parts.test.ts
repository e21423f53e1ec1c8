import { existsSync } from "node:fs";
import path from "node:path";
import { loadModel } from "@decodekit/core/onnx";
import { storiesDraft } from "@decodekit/tiny-models";
import { expect, test } from "vitest";
import { openProjection } from "../../../packages/core/src/onnx/draft-head/target-projection.ts";
import { type LendingTarget, openTargetEmbeddings } from "../../../packages/core/src/onnx/draft-head/target-embeddings.ts";
import { environment } from "../../../packages/core/src/onnx/environment/node.ts";
import { bufferPool } from "../../../packages/core/src/onnx/gpu-rows/buffer-pool.ts";
import { openGraphFiles } from "../../../packages/core/src/onnx/model-files.ts";
import { openModelFolder } from "../../../packages/core/src/onnx/model-folder.ts";
import type { ModelSource } from "../../../packages/core/src/onnx/model-source.ts";
import { describeExports, folderOf } from "../models/exported-models.ts";
import { CACHE } from "../support/cache.ts";
import { circleTarget, TARGET_SIZE } from "../support/draft-head-graphs.ts";

// What draft heads borrow of a model: its embeddings, and its last projection.

async function target(source: ModelSource, file: string): Promise<LendingTarget> {
  const folder = openModelFolder("test", source, {});
  const graph = await openGraphFiles(folder, { path: file, held: await folder.fetch(file) });
  const runtime = await environment.openRuntime("native");
  return { runtime, folder, graph, embeddings: undefined, ids: "input_ids", threads: 1, warn: () => undefined, signal: undefined };
}

/** Checks that the projection makes the model's logits of its hidden states. */
async function expectProjection(source: ModelSource, file: string, tolerance: number): Promise<void> {
  const model = await loadModel(source, { execution: "native", modelFile: file, hiddenStates: true, onWarning: () => undefined });
  const session = await model.causal.createSession();
  const logits = await session.forward(Int32Array.of(5, 9, 2, 7), { rows: "all" });
  const projection = await openProjection(await target(source, file), "logits", bufferPool());
  const rows = await projection.rows(logits.hiddenStates!.values, 4, undefined);
  for (const [index, row] of rows.entries()) {
    const expected = logits.row(index);
    const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const difference = row.reduce((most, value, token) => Math.max(most, Math.abs(value - expected[token]!)), 0);
    expect(difference).toBeLessThanOrEqual(tolerance * largest);
  }
  await projection.release();
  await model.dispose();
}

async function embeddingsOf(source: ModelSource, file: string, tokens: readonly number[]): Promise<readonly Float32Array[]> {
  const embeddings = await openTargetEmbeddings(await target(source, file));
  const { size } = embeddings;
  const values = await embeddings.of(Int32Array.from(tokens));
  const again = await embeddings.of(Int32Array.of(tokens[0]!));
  expect(again).toEqual(values.slice(0, size));
  await embeddings.release();
  return tokens.map((_, index) => values.slice(index * size, (index + 1) * size));
}

test("the projection of the story models is the model's", async () => {
  await expectProjection(storiesDraft, "onnx/model.onnx", 1e-6);
  await expectProjection(circleTarget(), "model.onnx", 1e-6);
});

test("embeddings are rows of the model's table, also of more tokens than are kept", async () => {
  const rows = await embeddingsOf(circleTarget(), "model.onnx", [3, 0, 3, 11]);
  expect(rows.map((row) => row.indexOf(1))).toEqual([3, 0, 3, 11]);
  expect(rows.every((row) => row.length === TARGET_SIZE)).toBe(true);
  const embeddings = await openTargetEmbeddings(await target(storiesDraft, "onnx/model.onnx"));
  const tokens = Int32Array.from({ length: 3000 }, (_, index) => (index * 37) % 4096);
  const all = await embeddings.of(tokens);
  for (const index of [0, 1500, 2999])
    expect(await embeddings.of(tokens.subarray(index, index + 1))).toEqual(
      all.slice(index * embeddings.size, (index + 1) * embeddings.size),
    );
  await embeddings.release();
});

describeExports("borrowed projections of exports", () => {
  test.each([
    ["optimum/llama", 1e-5],
    ["optimum/llama-tied", 1e-5],
    ["optimum/qwen3", 1e-5],
    ["optimum/gemma2", 1e-5],
    ["optimum/phi", 1e-5],
    ["genai/llama", 1e-5],
    ["genai/llama-int4", 6e-2],
    ["mobius/llama", 1e-5],
    ["quirks/llama-fp16", 4e-3],
  ])("%s", (name, tolerance) => expectProjection(folderOf({ name }), "model.onnx", tolerance));
});

const CHAT = path.join(CACHE, "smollm2");
const KINDS = [
  ["fp16", "onnx/model_fp16.onnx", 2e-3],
  ["q8", "onnx/model_quantized.onnx", 0.05],
  ["q4", "onnx/model_q4.onnx", 1e-6],
  ["q4f16", "onnx/model_q4f16.onnx", 2e-3],
] as const;
const GENAI = path.join(CACHE, "smollm2-genai", "int4");

test.runIf(existsSync(path.join(CHAT, "onnx", "model.onnx")))(
  "embeddings of every kind of file are those of float32 up to their precision",
  async () => {
    const tokens = [1, 504, 49151];
    const expected = await embeddingsOf(CHAT, "onnx/model.onnx", tokens);
    const files: (readonly [string, string, number])[] = KINDS.map(([, file, tolerance]) => [CHAT, file, tolerance]);
    // Rows of packed 4 bits.
    if (existsSync(path.join(GENAI, "model.onnx"))) files.push([GENAI, "model.onnx", 0.1]);
    for (const [folder, file, tolerance] of files) {
      const rows = await embeddingsOf(folder, file, tokens);
      for (const [index, row] of rows.entries()) {
        const largest = expected[index]!.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
        const difference = row.reduce((most, value, place) => Math.max(most, Math.abs(value - expected[index]![place]!)), 0);
        expect(difference, `${folder}/${file}`).toBeLessThanOrEqual(tolerance * largest);
      }
    }
  },
);
