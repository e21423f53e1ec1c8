import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { generate } from "@decodekit/core";
import { loadModel } from "@decodekit/core/onnx";
import { greedy } from "@decodekit/greedy";
import { draftModel, speculative } from "@decodekit/speculative";
import { InferenceSession } from "onnxruntime-node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { recipePython } from "./recipe-python.ts";

// The recipe of packages/speculative/recipe at toy size: random weights, but every step, and files that the runtime reads.

const script = fileURLToPath(new URL("../../../packages/speculative/recipe/toy.sh", import.meta.url));
let out: string;
const read = (name: string): Record<string, unknown> => JSON.parse(readFileSync(path.join(out, name), "utf8")) as Record<string, unknown>;

describe.runIf(recipePython !== undefined)("the recipe of drafts (needs Python with PyTorch and onnxruntime)", { timeout: 900_000 }, () => {
  beforeAll(() => {
    out = mkdtempSync(path.join(tmpdir(), "decodekit-drafts-"));
    const env = { ...process.env, PYTHON: recipePython, PYTHONDONTWRITEBYTECODE: "1", OMP_NUM_THREADS: "1", HF_HUB_OFFLINE: "1" };
    const { status, stdout, stderr } = spawnSync("sh", [script, out], { encoding: "utf8", env });
    expect(status, `${stdout}\n${stderr}`).toBe(0);
  }, 900_000);
  afterAll(() => rmSync(out, { recursive: true }));

  test("writes a head with the inputs and outputs of EAGLE-3", async () => {
    const session = await InferenceSession.create(path.join(out, "files/head/onnx/model.onnx"));
    expect(session.inputNames.toSorted()).toEqual([
      "attention_mask",
      "fused_hidden",
      "inputs_embeds",
      "past_key_values.0.key",
      "past_key_values.0.value",
      "position_ids",
      "recycled_hidden",
    ]);
    expect(session.outputNames.toSorted()).toEqual(["draft_logits", "next_hidden", "present.0.key", "present.0.value"]);
    await session.release();
  });

  test("says which layers the head reads, and which tokens it knows", () => {
    expect(read("files/head/config.json")).toMatchObject({ hidden_size: 32, draft_vocab_size: 256, target_layers: [1, 2, 3] });
    const ids = read("files/head/draft_vocabulary.json")["target_ids"] as readonly number[];
    expect(new Set(ids).size).toBe(256);
    expect(ids.slice(0, 3)).toEqual([0, 1, 2]); // the special tokens
  });

  test("writes a small draft that the runtime loads and that drafts for itself", async () => {
    const model = await loadModel(path.join(out, "files/small"), { execution: "native" });
    const prompt = "Write a story about a mouse.";
    const options = { maxNewTokens: 12, stopTokens: [] };
    const plain = await generate(model, prompt, { decoder: greedy(), ...options }).result;
    const drafts = { decoder: speculative({ drafter: draftModel() }), draft: model };
    const drafted = await generate(model, prompt, { ...drafts, ...options }).result;
    expect(drafted.tokens).toEqual(plain.tokens);
    expect(drafted.statistics.passesByModel.causal.verify).toBeLessThan(12); // each pass commits what it drafted itself
    await model.dispose();
  });

  test("counts how often drafts are accepted", () => {
    const tasks = (read("acceptance.json") as Record<string, Record<string, Record<string, { accepted: number[] }>>>)["small"]!;
    const first = tasks["temperature 1"]!["all"]!.accepted[0]!;
    expect(first).toBeGreaterThan(0);
    expect(first).toBeLessThan(1);
  });
});
