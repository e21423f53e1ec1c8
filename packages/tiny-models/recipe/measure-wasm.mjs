// Milliseconds per pass of onnxruntime-web on WASM, one thread, over 1, 4 and 8 rows with 128 cached tokens.
//
//     node measure-wasm.mjs runs/variants/*.onnx

import { readFile } from "node:fs/promises";
import * as ort from "onnxruntime-web";

const CACHED = 128;
const ROWS = [1, 4, 8];
const REPEATS = 100;

ort.env.wasm.numThreads = 1;
ort.env.logLevel = "error";

/** Inputs of a pass over `rows` tokens; the cache's shape (1, heads, CACHED, size) is read from the graph. */
function makeInputs(session, rows) {
  const counting = (length, first) => BigInt64Array.from({ length }, (_, index) => BigInt(first + index));
  const inputs = {
    input_ids: new ort.Tensor("int64", counting(rows, 100), [1, rows]),
    attention_mask: new ort.Tensor("int64", new BigInt64Array(CACHED + rows).fill(1n), [1, CACHED + rows]),
    position_ids: new ort.Tensor("int64", counting(rows, CACHED), [1, rows]),
  };
  for (const { name, shape } of session.inputMetadata) {
    if (!name.startsWith("past_key_values")) continue;
    const [, heads, , size] = shape;
    const values = Float32Array.from({ length: heads * CACHED * size }, (_, index) => Math.sin(index));
    inputs[name] = new ort.Tensor("float32", values, [1, heads, CACHED, size]);
  }
  return inputs;
}

async function medianMilliseconds(session, rows) {
  const inputs = makeInputs(session, rows);
  const times = [];
  for (let repeat = 0; repeat < REPEATS; repeat++) {
    const begun = performance.now();
    await session.run(inputs);
    times.push(performance.now() - begun);
  }
  return times.toSorted((a, b) => a - b)[REPEATS / 2];
}

for (const path of process.argv.slice(2)) {
  const session = await ort.InferenceSession.create(await readFile(path), { executionProviders: ["wasm"] });
  await medianMilliseconds(session, 1); // compiles
  const medians = [];
  for (const rows of ROWS) medians.push((await medianMilliseconds(session, rows)).toFixed(2));
  console.log(`${path}: ${medians.join(" / ")} ms over ${ROWS.join(" / ")} rows`);
}
