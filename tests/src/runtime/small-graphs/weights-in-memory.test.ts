import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { loadModel } from "@decodekit/core/onnx";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { causalGraph, CONTEXT_LENGTH, tokenizer, VOCAB_SIZE } from "../../support/counting-graph.ts";
import { bytesOf, onnxFile, type Weights } from "../../support/onnx-writer.ts";

/** Of the bytes of weights. */
const SIZE = 16 * 2 ** 20;
/** Elements that the logits do not depend on, but that the runtime has to keep. */
const ballast = { name: "ballast", type: "float32", dims: [SIZE / 4], values: Array.from({ length: SIZE / 4 }, () => 0) } as const;
const graph = causalGraph();
const nodes = [
  ...graph.nodes.map((node) => ({ ...node, outputs: node.outputs.map((name) => (name === "logits" ? "counted" : name)) })),
  { op: "Mod", inputs: ["input_ids", "two"], outputs: ["places"] },
  { op: "Gather", inputs: ["ballast", "places"], outputs: ["zeros"] },
  { op: "Reshape", inputs: ["zeros", "column"], outputs: ["zero column"] },
  { op: "Add", inputs: ["counted", "zero column"], outputs: ["logits"] },
];

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

/** Bytes of arrays that scripts hold, after garbage collection in several turns of the event loop. */
async function bytesInScripts(): Promise<number> {
  for (let turn = 0; turn < 4; turn++) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    collect();
  }
  return process.memoryUsage().arrayBuffers;
}

describe.each(["in the graph's file", "in a file beside it"])("weights %s", (place) => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "decodekit-weights-"));
    await mkdir(path.join(folder, "onnx"));
    const isBeside = place.includes("beside");
    const weights: Weights = isBeside ? { ...ballast, external: { location: "model.onnx_data", offset: 0 } } : ballast;
    await writeFile(path.join(folder, "config.json"), JSON.stringify({ max_position_embeddings: CONTEXT_LENGTH }));
    await writeFile(path.join(folder, "tokenizer.json"), JSON.stringify(tokenizer(VOCAB_SIZE)));
    await writeFile(path.join(folder, "onnx", "model.onnx"), onnxFile({ ...graph, nodes, weights: [...graph.weights, weights] }));
    if (isBeside) await writeFile(path.join(folder, "onnx", "model.onnx_data"), bytesOf(ballast));
  });
  afterAll(() => rm(folder, { recursive: true }));

  test.each(["native", "wasm"] as const)("stay in no script after loading on %s", async (execution) => {
    // The runtime itself is loaded before.
    await (await loadModel(folder, { execution })).dispose();
    const before = await bytesInScripts();
    const model = await loadModel(folder, { execution });
    const session = await model.causal.createSession();
    await session.forward(Int32Array.of(1, 2));
    expect((await bytesInScripts()) - before).toBeLessThan(SIZE / 4);
    expect(model.bytes).toBeGreaterThan(SIZE);
    await model.dispose();
  });
});
