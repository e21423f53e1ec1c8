import { readFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { generate } from "@decodekit/core";
import { loadModel } from "@decodekit/core/onnx";
import { greedy } from "@decodekit/greedy";
import { stories } from "@decodekit/tiny-models";
import type * as Ort from "onnxruntime-common";
import native from "onnxruntime-node";
import * as web from "onnxruntime-web";
import { bareGreedy } from "./bare-loop.ts";
import { formatRatio, median, pairedRatio } from "../measure/paired.ts";

const { values } = parseArgs({
  options: {
    model: { type: "string" },
    execution: { type: "string", multiple: true, default: ["native", "wasm"] },
    tokens: { type: "string", default: "128" },
    pairs: { type: "string", default: "31" },
  },
});
const [newTokens, pairs] = [Number(values.tokens), Number(values.pairs)];
const source = values.model ?? stories;
const file = values.model === undefined ? new URL(stories.files["onnx/model.onnx"]!) : path.join(values.model, "onnx", "model.onnx");
/** Decodes per run, so that a run includes the collection of its own garbage. */
const DECODES = 4;
const PROMPT = "Once upon a time";

console.log(`Greedy tokens per second of decodekit over a bare onnxruntime loop, same file, ${DECODES} × ${newTokens} tokens per run:`);
for (const execution of values.execution) {
  if (execution !== "native" && execution !== "wasm") throw new Error(`--execution must be native or wasm, got ${execution}.`);
  await compare(execution, execution === "native" ? native : web);
}

async function compare(execution: "native" | "wasm", ort: typeof Ort): Promise<void> {
  const model = await loadModel(source, { execution });
  const session = await ort.InferenceSession.create(readFileSync(file), {
    executionProviders: [execution === "native" ? "cpu" : "wasm"],
    logSeverityLevel: 3,
  });
  const prompt = model.tokenizer.encode(PROMPT);

  const speeds = { ours: [] as number[], bare: [] as number[] };
  let expected: number[] = [];
  const ours = async (): Promise<number> => {
    const started = performance.now();
    let tokens: Int32Array = new Int32Array();
    for (let decode = 0; decode < DECODES; decode++) {
      ({ tokens } = await generate(model, prompt, { decoder: greedy(), maxNewTokens: newTokens, stopTokens: [] }).result);
      await eventLoopTurn();
    }
    const speed = record(speeds.ours, started);
    if (tokens.join() !== expected.join()) throw new Error(`${execution}: the two loops produced different tokens.`);
    return speed;
  };
  const bare = async (): Promise<number> => {
    const started = performance.now();
    for (let decode = 0; decode < DECODES; decode++) {
      expected = await bareGreedy(ort, session, [...prompt], newTokens);
      await eventLoopTurn();
    }
    return record(speeds.bare, started);
  };

  await bare();
  await ours();
  const ratio = await pairedRatio(ours, bare, pairs);
  console.log(
    `${execution}: ${formatRatio(ratio)}; decodekit ${median(speeds.ours).toFixed(0)}, bare loop ${median(speeds.bare).toFixed(0)} tokens/s`,
  );
  await model.dispose();
  await session.release();
}

/** Lets the engine collect garbage between two tasks. A bare loop on WASM never yields, and would leave its garbage to the next run. */
function eventLoopTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function record(speeds: number[], started: number): number {
  const speed = (1000 * newTokens * DECODES) / (performance.now() - started);
  speeds.push(speed);
  return speed;
}
