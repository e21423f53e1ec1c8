import { readFileSync } from "node:fs";
import { generate } from "@decodekit/core";
import { loadModel } from "@decodekit/core/onnx";
import { greedy } from "@decodekit/greedy";
import { stories } from "@decodekit/tiny-models";
import type * as Ort from "onnxruntime-common";
import native from "onnxruntime-node";
import * as web from "onnxruntime-web";
import { bareGreedy } from "./bare-loop.ts";
import { formatRatio, median, pairedRatio } from "./paired.ts";

const NEW_TOKENS = 128;
/** A run decodes several times, so that it pays for the collection of its own garbage. */
const DECODES = 4;
const PAIRS = 31;
const PROMPT = "Once upon a time";

console.log(`Greedy tokens per second of decodekit over a bare onnxruntime loop, same file, ${DECODES} times ${NEW_TOKENS} tokens a run:`);
for (const [execution, ort] of [
  ["native", native],
  ["wasm", web],
] as const) {
  await compare(execution, ort);
}

async function compare(execution: "native" | "wasm", ort: typeof Ort): Promise<void> {
  const model = await loadModel(stories, { execution });
  const file = readFileSync(new URL(stories.files["onnx/model.onnx"]!));
  const session = await ort.InferenceSession.create(file, {
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
      ({ tokens } = await generate(model, prompt, { decoder: greedy(), maxNewTokens: NEW_TOKENS, stopTokens: [] }).result);
      await eventLoopTurn();
    }
    const speed = record(speeds.ours, started);
    if (tokens.join() !== expected.join()) throw new Error(`${execution}: the two loops gave different tokens`);
    return speed;
  };
  const bare = async (): Promise<number> => {
    const started = performance.now();
    for (let decode = 0; decode < DECODES; decode++) {
      expected = await bareGreedy(ort, session, [...prompt], NEW_TOKENS);
      await eventLoopTurn();
    }
    return record(speeds.bare, started);
  };

  await bare();
  await ours();
  const ratio = await pairedRatio(ours, bare, PAIRS);
  console.log(
    `${execution}: ${formatRatio(ratio)}; decodekit ${median(speeds.ours).toFixed(0)}, bare loop ${median(speeds.bare).toFixed(0)} tokens/s`,
  );
  await model.dispose();
  await session.release();
}

/** The runtime collects much of its garbage between two tasks. A bare loop on WASM has none, and would leave that to whoever comes next. */
function eventLoopTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function record(speeds: number[], started: number): number {
  const speed = (1000 * NEW_TOKENS * DECODES) / (performance.now() - started);
  speeds.push(speed);
  return speed;
}
